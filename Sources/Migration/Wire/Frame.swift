import Digests

/// One piece of what goes over the wire: a type, a length, the payload and, once both ends have proved who they are,
/// a code that
/// authenticates it and its place in the stream.
///
/// | bytes | |
/// |---|---|
/// | 1 | type: 1 message (an s-expression), 2 piece of an image |
/// | 3 | zero |
/// | 4 | length of the payload, little-endian |
/// | … | payload |
/// | 16 | SipHash-2-4-128 of the frame's number (8 bytes) and all of the above, with the sender's key |
struct Frame: Hashable, Sendable {
    enum Kind: UInt8, Sendable {
        case message = 1
        case image = 2
    }

    static let headerSize = 8
    /// Before the peer is known, messages are short.
    static let maximumGreeting = 1024
    /// An offer has a configuration in it.
    static let maximumMessage = 1 << 20
    static let maximumImage = 1 << 20

    var kind: Kind
    var payload: [UInt8]
}

/// One direction of a connection: numbers frames and authenticates them.
struct FrameCoder: Sendable {
    /// nil: the peers do not know each other yet.
    private var key: [UInt8]?
    private var number: UInt64 = 0

    init() {}

    /// From here on frames are authenticated.
    mutating func authenticate(_ key: [UInt8]) {
        self.key = Array(key.prefix(16))
        number = 0
    }

    var isAuthenticated: Bool { key != nil }
    var trailerSize: Int { key == nil ? 0 : SipHash.size }

    mutating func encode(_ kind: Frame.Kind, _ payload: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = [kind.rawValue, 0, 0, 0]
        bytes.reserveCapacity(payload.count + 24)
        SaveFileLayout.append(UInt32(payload.count), to: &bytes)
        bytes += payload
        bytes += code(bytes)
        return bytes
    }

    /// - Returns: kind and length of the payload that follows a header.
    func decode(header: [UInt8]) throws(WireError) -> (Frame.Kind, Int) {
        guard let kind = Frame.Kind(rawValue: header[0]), header[1...3].allSatisfy({ $0 == 0 }) else {
            throw WireError(.malformed, "the peer does not speak xend's migration protocol")
        }
        let length = Int(SaveFileLayout.number(header, at: 4, size: 4))
        let limit: Int =
            switch kind {
            case .message: isAuthenticated ? Frame.maximumMessage : Frame.maximumGreeting
            case .image: isAuthenticated ? Frame.maximumImage : 0
            }
        guard length <= limit else { throw WireError(.malformed, "a message of \(length) bytes is too long") }
        return (kind, length)
    }

    /// - Parameter rest: payload and code.
    mutating func decode(
        _ kind: Frame.Kind, header: [UInt8], rest: [UInt8]
    ) throws(WireError) -> Frame {
        let payload = Array(rest.dropLast(trailerSize))
        let expected = code(header + payload)
        guard areEqualInConstantTime(expected, Array(rest.suffix(trailerSize))) else {
            throw WireError(.malformed, "a message is not authentic: it was changed on its way, or is not the peer's")
        }
        return Frame(kind: kind, payload: payload)
    }

    private mutating func code(_ bytes: [UInt8]) -> [UInt8] {
        guard let key else { return [] }
        var hash = SipHash(key: key)
        var place: [UInt8] = []
        SaveFileLayout.append(number, to: &place)
        number += 1
        hash.update(place)
        hash.update(bytes)
        return hash.finish()
    }
}

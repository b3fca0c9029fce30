/// Whose a certificate is: the common name of its subject, read from its DER bytes (RFC 5280 §4.1).
enum CertificateName {
    /// - Parameter certificate: the whole of it, as it was verified.
    /// - Returns: nil when it has no common name, or more than one: then nobody can be meant.
    static func commonName(of certificate: [UInt8]) -> String? {
        guard var outer = DERReader(certificate[...]).element(.sequence),
            var fields = outer.next(.sequence)
        else { return nil }
        // version, serial number, signature algorithm, issuer, validity, subject
        if fields.peek == DERReader.Tag.version.rawValue { _ = fields.next(.version) }
        guard fields.next(.integer) != nil, fields.next(.sequence) != nil, fields.next(.sequence) != nil,
            fields.next(.sequence) != nil, var subject = fields.next(.sequence)
        else { return nil }
        var names: [String] = []
        while var set = subject.next(.set) {
            while var attribute = set.next(.sequence) {
                guard attribute.next(.objectIdentifier)?.bytes.elementsEqual(commonNameType) == true else { continue }
                guard let name = attribute.text() else { return nil }
                names.append(name)
            }
        }
        return names.count == 1 ? names[0] : nil
    }

    /// 2.5.4.3
    private static let commonNameType: [UInt8] = [0x55, 0x04, 0x03]
}

/// Reads elements of DER (X.690) one after another; what is not well-formed is none.
struct DERReader {
    enum Tag: UInt8 {
        case integer = 0x02
        case objectIdentifier = 0x06
        case utf8String = 0x0C
        case printableString = 0x13
        case sequence = 0x30
        case set = 0x31
        case version = 0xA0
    }

    private(set) var bytes: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    /// The tag of the next element.
    var peek: UInt8? { bytes.first }

    /// The contents of the first element, if it has this tag.
    func element(_ tag: Tag) -> DERReader? {
        var copy = self
        return copy.next(tag)
    }

    /// The contents of the next element, which is taken; nil, and nothing is, if it has another tag.
    mutating func next(_ tag: Tag) -> DERReader? {
        guard bytes.first == tag.rawValue, let (length, start) = length, length <= bytes.endIndex - start else {
            return nil
        }
        defer { bytes = bytes[(start + length)...] }
        return DERReader(bytes[start..<start + length])
    }

    /// The text of the next element; nil for a kind of text that names are not written in today, and for what is no text.
    mutating func text() -> String? {
        guard let content = next(.utf8String) ?? next(.printableString), !content.bytes.isEmpty,
            content.bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else { return nil }
        return String(validating: content.bytes, as: UTF8.self)
    }

    /// Of the next element: how long it is, and where it begins.
    private var length: (Int, Int)? {
        let place = bytes.startIndex + 1
        guard place < bytes.endIndex else { return nil }
        let first = bytes[place]
        if first < 0x80 { return (Int(first), place + 1) }
        let count = Int(first & 0x7F)
        guard (1...3).contains(count), place + count < bytes.endIndex else { return nil }
        return (bytes[(place + 1)...(place + count)].reduce(0) { $0 << 8 | Int($1) }, place + 1 + count)
    }
}

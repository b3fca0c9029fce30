import Digests
import SExpressions

/// How two xends find out that they understand and trust each other. Pure: bytes in, bytes out.
///
/// ```
/// caller → listener   (xend-migration (versions LOWEST HIGHEST) (nonce N))
/// caller ← listener   (xend-migration (version V) (nonce M))
/// caller → listener   (proof HMAC(secret, "caller" and both greetings))
/// caller ← listener   (proof HMAC(secret, "listener" and both greetings))
/// ```
///
/// Both prove that they know the secret without telling it; the proofs cover the greetings, so that nobody in between
/// can make
/// them agree on less. The keys that authenticate every later frame come from the same secret and greetings. A pool
/// without a
/// secret uses the empty one, and its hosts talk only to themselves.
struct Handshake: Sendable {
    enum Side: String, Sendable { case caller, listener }

    static let lowestVersion = 1
    static let highestVersion = 1
    private static let head = "xend-migration"
    private static let nonceSize = 16

    let side: Side
    private let secret: [UInt8]
    private let nonce: String
    private var transcript: [UInt8] = []
    private(set) var version = 0

    init(_ side: Side, secret: PoolSecret?, nonce: [UInt8]) {
        self.side = side
        self.secret = secret?.bytes ?? []
        self.nonce = hexadecimal(nonce.prefix(Self.nonceSize))
    }

    /// The caller's first message.
    mutating func greeting() -> SExpression {
        let greeting: SExpression = .element(
            Self.head, ["versions", .atom(String(Self.lowestVersion)), .atom(String(Self.highestVersion))],
            .element("nonce", nonce))
        note(greeting)
        return greeting
    }

    /// The listener's answer to a greeting.
    mutating func answer(_ greeting: SExpression) throws(WireError) -> SExpression {
        let versions = greeting.child("versions")?.children().compactMap { $0.atom.flatMap { Int($0) } } ?? []
        guard greeting.isElement(Self.head), versions.count == 2, Self.isNonce(greeting.childText("nonce")) else {
            throw WireError(.malformed, "the peer does not speak xend's migration protocol")
        }
        let (lowest, highest) = (versions[0], versions[1])
        let common = min(highest, Self.highestVersion)
        guard common >= max(lowest, Self.lowestVersion) else {
            throw WireError(
                .refused,
                "no common version of the protocol: \(lowest) to \(highest) there, \(Self.lowestVersion) to \(Self.highestVersion) here"
            )
        }
        note(greeting)
        version = common
        let answer: SExpression = .element(Self.head, .element("version", common), .element("nonce", nonce))
        note(answer)
        return answer
    }

    /// The caller's proof, once it has the answer.
    mutating func proof(after answer: SExpression) throws(WireError) -> SExpression {
        if let why = Handshake.refusal(answer) { throw WireError(.refused, why) }
        guard answer.isElement(Self.head), let version = answer.childText("version").flatMap({ Int($0) }),
            (Self.lowestVersion...Self.highestVersion).contains(version), Self.isNonce(answer.childText("nonce"))
        else { throw WireError(.malformed, "the peer does not speak xend's migration protocol") }
        self.version = version
        note(answer)
        return proof()
    }

    /// One's own proof.
    func proof() -> SExpression { .element("proof", hexadecimal(code(side.rawValue))) }

    /// - Throws: when the peer does not know the secret.
    func check(_ proof: SExpression) throws(WireError) {
        if let why = Handshake.refusal(proof) { throw WireError(.refused, why) }
        let peer: Side = side == .caller ? .listener : .caller
        guard let given = proof.childText("proof") ?? proof.children().first?.atom, proof.isElement("proof"),
            let code = bytes(hexadecimal: given), areEqualInConstantTime(code, self.code(peer.rawValue))
        else {
            throw WireError(
                .refused, "the peer does not hold the secret of this pool (xend-pool-secret-file on both hosts)")
        }
    }

    /// The key for what one side sends.
    func key(of side: Side) -> [UInt8] { code("frames of the \(side.rawValue)") }

    private func code(_ purpose: String) -> [UInt8] {
        authenticationCode(Array(purpose.utf8) + [0] + transcript, key: secret)
    }

    private mutating func note(_ message: SExpression) {
        message.write(into: &transcript)
        transcript.append(0)
    }

    private static func isNonce(_ text: String?) -> Bool {
        text.flatMap { bytes(hexadecimal: $0) }?.count == nonceSize
    }

    /// `(refused WHY)`
    static func refusal(_ message: SExpression) -> String? {
        guard message.isElement("refused") else { return nil }
        return message.children().first?.atom ?? "no reason given"
    }
}

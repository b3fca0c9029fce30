import HostInterface
import SExpressions

/// With what something was asked for: a name and its value, without what is secret in it, and not longer than a line of the audit
/// should be.
public struct AuditArgument: Hashable, Sendable {
    /// As it came.
    public let name: String
    /// What may be shown of the value.
    public let value: SExpression

    /// - Parameters:
    ///   - name: as it came.
    ///   - value: its text; what stands in it under the name of a secret is left out, at any depth.
    public init(_ name: String, _ value: String) {
        self.name = AuditRecord.line(name)
        self.value = Self.isSecret(name) ? Self.hidden : Self.shown(value)
    }

    func describe(to sink: inout some SExpressionSink) {
        sink.open(named: name)
        sink.add(value)
        sink.close()
    }

    /// In place of a secret.
    static let hidden = SExpression.atom("<secret>")
    /// Bytes of a value; of a longer one only the length is told.
    static let valueLimit = 2048

    /// Parts of names under which something is told to nobody else, in lower case.
    private static let secrets = ["passw", "secret", "token", "credential", "private", "csrf"].map { Array($0.utf8) }

    /// Looked for byte by byte: every name in every configuration is asked about, and as text that took a fifth of a creation.
    static func isSecret(_ name: String) -> Bool {
        var name = name
        return name.withUTF8 { bytes in
            bytes.indices.contains { start in
                secrets.contains { secret in
                    guard bytes[start] | 0x20 == secret[0], bytes.count - start >= secret.count else { return false }
                    return secret.indices.allSatisfy { bytes[start + $0] | 0x20 == secret[$0] }
                }
            }
        }
    }

    private static func shown(_ value: String) -> SExpression {
        guard value.utf8.count <= valueLimit else { return .atom("<\(value.utf8.count) bytes>") }
        guard value.utf8.first(where: { $0 > 0x20 }) == UInt8(ascii: "(") else { return .atom(withoutSecrets(value)) }
        // What cannot be read cannot be searched for secrets.
        guard let parsed = try? SExpression.parseAll(value) else { return .atom("<\(value.utf8.count) bytes>") }
        let clean = parsed.allSatisfy(isClean) ? parsed : parsed.map(withoutSecrets)
        return clean.count == 1 ? clean[0] : .list(clean)
    }

    /// Whether nothing has to be left out: nearly always, and then it is not made anew.
    private static func isClean(_ value: SExpression) -> Bool {
        switch value {
        case .atom(let text): return text.utf8.count <= AuditRecord.textLimit && isClean(text)
        case .list(let members):
            if let name = members.first?.atom, isSecret(name), members.count > 1 { return false }
            return members.allSatisfy(isClean)
        }
    }

    private static func isClean(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            bytes.allSatisfy { (0x20..<0x7f).contains($0) && $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: ":") }
        }
    }

    private static func withoutSecrets(_ value: SExpression) -> SExpression {
        switch value {
        case .atom(let text): return .atom(withoutSecrets(text))
        case .list(let members):
            if let name = members.first?.atom, isSecret(name), members.count > 1 { return [.atom(name), hidden] }
            return .list(members.map(withoutSecrets))
        }
    }

    /// `http://NAME:PASSWORD@HOST` without what stands before the host, `password=X` without X.
    private static func withoutSecrets(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: ":") }) else {
            return AuditRecord.line(text)
        }
        let words = text.split(separator: " ", omittingEmptySubsequences: false).map { word -> String in
            if let sign = word.firstIndex(of: "="), isSecret(String(word[..<sign])) {
                return "\(word[...sign])<secret>"
            }
            return withoutUser(word)
        }
        return AuditRecord.line(words.joined(separator: " "))
    }

    private static func withoutUser(_ word: Substring) -> String {
        guard let scheme = word.utf8.firstIndex(of: UInt8(ascii: ":")), word[scheme...].hasPrefix("://") else {
            return String(word)
        }
        let rest = word[word.index(scheme, offsetBy: 3)...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard let sign = authority.lastIndex(of: "@") else { return String(word) }
        return "\(word[..<scheme])://<secret>\(rest[sign...])"
    }
}

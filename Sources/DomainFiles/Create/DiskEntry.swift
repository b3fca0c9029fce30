// One entry of `disk` taken apart, before anything is made of it.

import DomainModel
import SExpressions

/// The keys, flags and positional parameters of an entry, by the rules of xl-disk-configuration(5); and `UNAME,DEV,MODE[,BACKEND]` as Xen
/// 2.0 had it, where the uname takes the places of target and format.
struct DiskEntry {
    /// Values by key, positional ones among them.
    private(set) var values: [String: String] = [:]
    /// Words that stand for themselves.
    private(set) var flags: Set<String> = []
    /// Names without effect.
    private(set) var warnings: [String] = []
    /// The target began with a kind of disk: `phy:`, `file:`, `drbd:`.
    private(set) var hasKind = false
    private let text: String
    private var positions = ["target", "format", "vdev", "access"][...]

    private static let flagWords: Set<String> = [
        "cdrom", "discard", "no-discard", "direct-io-safe", "trusted", "untrusted", "colo", "no-colo",
    ]
    private static let formats: Set<String> = ["raw", "qcow", "qcow2", "vhd", "qed", ""]

    /// - Throws: what is wrong, with the very word.
    init(_ text: String) throws(DomainFileFailure) {
        self.text = text
        var rest = text[...]
        while !rest.isEmpty {
            rest = rest.drop { $0 == " " || $0 == "\t" }
            // The target by its name is all the rest, whatever there is in it.
            if rest.hasPrefix("target=") {
                try set("target", String(rest.dropFirst("target=".count)))
                return
            }
            let part = rest.prefix { $0 != "," }
            rest = rest.dropFirst(part.count + 1)
            try take(PythonText.stripped(part))
        }
    }

    /// An entry that cannot be.
    func failure(_ why: String) -> DomainFileFailure { .init("Invalid disk specifier: \(text) (\(why))") }

    private mutating func take(_ part: String) throws(DomainFileFailure) {
        if let match = part.wholeMatch(of: #/([A-Za-z][A-Za-z0-9_-]*)\s*=\s*(.*)/#) {
            try set(String(match.1), String(match.2))
        } else if Self.flagWords.contains(part) {
            try judge(part, "1")
            flags.insert(part)
        } else {
            try place(part)
        }
    }

    private mutating func set(_ key: String, _ value: String) throws(DomainFileFailure) {
        guard WordTable.disk[key] != nil else {
            let known = WordTable.disk.words.map(\.name)
            throw failure("unknown key \"\(key)\"\(Suggestion.phrase(for: key, among: known))")
        }
        if let old = values[key], !old.isEmpty { throw failure("\(key) is given twice: \"\(old)\", \"\(value)\"") }
        try judge(key, value)
        values[key] = value
    }

    private mutating func judge(_ key: String, _ value: String) throws(DomainFileFailure) {
        switch WordTable.disk.verdict(on: key, value: value, prefix: "disk: ") {
        case .accepted: break
        case .warning(let text): warnings.append(text)
        case .refusal(let text): throw failure(text)
        }
    }

    /// A parameter without a name has the first place that no other has.
    private mutating func place(_ part: String) throws(DomainFileFailure) {
        while let key = positions.first, values[key] != nil { positions.removeFirst() }
        guard let key = positions.popFirst() else { throw failure("\"\(part)\" is one too many") }
        // Behind a kind of disk a format may be left out, places and all; the driver domain is last.
        if key == "format", hasKind, !Self.formats.contains(part) { return try place(part) }
        values[key] = part
        guard key == "target", part.prefixMatch(of: #/[a-z][a-z0-9]*:/#) != nil else { return }
        hasKind = true
        positions.append("backend")
    }
}

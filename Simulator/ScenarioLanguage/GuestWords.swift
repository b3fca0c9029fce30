/// What readers and texts of guests' acts and behaviours have in common.
enum GuestWords {
    /// A text on one line, as a real guest reads it (CI/lab/tiny/README.md).
    static func escaped(_ text: String) -> String { escaped(Array(text.utf8)) }

    static func escaped(_ bytes: [UInt8]) -> String {
        bytes.map { byte in
            switch byte {
            case UInt8(ascii: "\\"): #"\\"#
            case UInt8(ascii: "\n"): #"\n"#
            case 0x20..<0x7F: String(UnicodeScalar(byte))
            default: #"\x"# + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }.joined()
    }
}

extension Duration {
    var microseconds: Int64 { Int64(self / .microseconds(1)) }
}

extension FormReader {
    /// The reason a guest exits with; crash by itself is `(crashes-after T)`, but may be said this way too.
    mutating func exitReason() throws(ScenarioError) -> String {
        enum Reason: String, CaseIterable { case poweroff, reboot, suspend, crash, halt }
        guard let word = arguments.first else { return Reason.poweroff.rawValue }
        // A guest may give Xen any number.
        if word.atom.flatMap(UInt8.init) != nil { return try self.word("the reason") }
        return try self.word("the reason", Reason.self).rawValue
    }

    /// `(times N)`
    mutating func times() throws(ScenarioError) -> Int {
        var part = try form("how often", "part of prints", Vocabulary.printingParts)
        let times = try part.number("how many times", 1...10_000_000)
        try part.end()
        return times
    }

    /// `MB/S (of MB)`: bytes a second, and within how many bytes.
    mutating func dirtying() throws(ScenarioError) -> (rate: UInt64, within: UInt64?) {
        let rate = UInt64(try number("the megabytes a second", 0...1_000_000)) << 20
        guard let value = arguments.first else { return (rate, nil) }
        arguments.removeFirst()
        let allowed = [Vocabulary.Form(name: "of", shape: "(of MB)")]
        var range = try FormReader(value, "part of dirties", allowed, file: file)
        let within = UInt64(try range.number("the megabytes", 1...16_777_216)) << 20
        try range.end()
        return (rate, within)
    }
}

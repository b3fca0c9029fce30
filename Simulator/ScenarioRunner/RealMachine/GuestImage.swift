import ScenarioLanguage

/// The lab's tiny guest with a behaviour patched in (CI/lab/tiny/README.md).
struct GuestImage {
    private static let magic = Array("<tiny guest: behaviour block 1>".utf8) + [0]
    private static let room = 4064

    private let bytes: [UInt8]
    private let place: Int

    /// - Parameter path: the unpatched image.
    init(path: String) throws(ScenarioFailure) {
        do {
            bytes = try ScenarioFiles.read(path, limit: 64 << 20)
        } catch {
            throw ScenarioFailure("\(error)")
        }
        guard let place = Self.find(Self.magic, in: bytes), bytes.count >= place + Self.room else {
            throw ScenarioFailure("\(path) is no tiny guest: it has no behaviour block")
        }
        self.place = place
    }

    /// Where what follows `pattern` begins.
    private static func find(_ pattern: [UInt8], in bytes: [UInt8]) -> Int? {
        guard bytes.count >= pattern.count else { return nil }
        for start in 0...(bytes.count - pattern.count) where bytes[start] == pattern[0] {
            if bytes[start..<(start + pattern.count)].elementsEqual(pattern) { return start + pattern.count }
        }
        return nil
    }

    /// The image of a guest that behaves like that.
    func patched(_ lines: [String]) throws(ScenarioFailure) -> [UInt8] {
        let text = Array(lines.map { $0 + "\n" }.joined().utf8)
        guard text.count < Self.room else { throw ScenarioFailure("the behaviour is too long for the guest") }
        var bytes = bytes
        bytes.replaceSubrange(place..<(place + text.count), with: text)
        for index in (place + text.count)..<(place + Self.room) { bytes[index] = 0 }
        return bytes
    }
}

extension Behaviour {
    /// What boots a kernel about which the scenario says nothing. A second of boot is only time here; while it shuts down stories have
    /// things done to it.
    static let ofDefaultGuest = [
        "boots-in 200000", "shuts-down-in 500000", #"prints Booting\n"#, #"prints \h login: "#, balloon,
    ]

    private static let balloon = "balloons-in 100000"

    /// What the image of a guest says that a story declares: the tiny guest follows a target of memory only where it is told to.
    static func lines(_ declared: [Behaviour]) -> [String] {
        let follows = declared.contains { if case .balloonsIn = $0 { true } else { false } }
        return declared.map(\.line) + (follows ? [] : [balloon])
    }
}

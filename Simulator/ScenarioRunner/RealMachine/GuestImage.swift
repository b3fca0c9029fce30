import ScenarioLanguage
import SimulatedHypervisor

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
    /// What boots a kernel about which the scenario says nothing. A second of boot is only time here.
    static let ofDefaultGuest = [
        "boots-in 200000", "shuts-down-in 100000", #"prints Booting\n"#, #"prints \h login: "#,
    ]

    /// The guest's words for it.
    package var line: String {
        switch self {
        case .bootsIn(let time): "boots-in \(time.microseconds)"
        case .prints(let text): "prints \(Self.escaped(text))"
        case .echoes: "echoes"
        case .shell: "shell"
        case .shutsDownIn(let time): "shuts-down-in \(time.microseconds)"
        case .ignoresShutdown: "ignores-shutdown"
        case .refusesSuspend: "refuses-suspend"
        case .exitsAfter(let time, let reason): "exits-after \(time.microseconds) \(reason)"
        case .crashesAfter(let time): "crashes-after \(time.microseconds)"
        case .hangsAfter(let time): "hangs-after \(time.microseconds)"
        case .dirties(let rate, let within): "dirties \(rate >> 10)\(within.map { " \($0 >> 10)" } ?? "")"
        case .usesCPU(let percent): "uses-cpu \(percent)"
        case .balloonsIn(let time): "balloons-in \(time.microseconds)"
        case .neverConnects(let type): "never-connects \(type)"
        }
    }

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

extension GuestAct {
    /// The guest's words for it.
    package var word: String {
        switch self {
        case .shutdown(let reason): "shutdown \(reason)"
        case .crash: "crash"
        case .hang: "hang"
        case .prints(let text): "prints \(Behaviour.escaped(text))"
        case .dirties(let rate, let within): "dirties \(rate >> 10)\(within.map { " \($0 >> 10)" } ?? "")"
        case .hostile(let act): act.word
        }
    }
}

extension HostileAct {
    /// The tiny guest's words for it (CI/lab/tiny/README.md).
    fileprivate var word: String {
        switch self {
        // Once: what it would do again and again is for virtual time.
        case .writes(let node, let value, let times, let nodes, _):
            "writes \(times) \(nodes ?? 0) \(node) \(Behaviour.escaped(value))"
        case .removes(let node): "removes \(node)"
        case .watches(let count): "watches \(count)"
        case .transactions(let count): "transactions \(count)"
        case .floods(let bytes, let times): "floods \(times) \(Behaviour.escaped(bytes))"
        }
    }
}

extension Duration {
    fileprivate var microseconds: Int64 { Int64(self / .microseconds(1)) }
}

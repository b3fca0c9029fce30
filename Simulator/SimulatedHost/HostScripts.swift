import HostInterface
import SimulatedHypervisor

/// A script that stands on a simulated host. Runs to its end at once; what takes time is the table's business.
public protocol HostScript: Sendable {
    /// - Parameter arguments: the operation, then what belongs to it.
    func run(_ arguments: [String], on host: SimulatedHost) -> ScriptResult
    /// How long it runs; nil: as long as scripts of the host do.
    var duration: Duration? { get }
}

extension HostScript {
    /// Whatever scripts of its host take.
    public var duration: Duration? { nil }
}

/// A script of a site's own: does what another does, perhaps, then prints something and ends with a status.
public struct OwnScript: HostScript {
    /// What it does first; nil: nothing.
    public var like: (any HostScript)?
    /// On its standard output.
    public var prints: String
    /// Its status, where what it is like has succeeded.
    public var exits: Int32
    public var duration: Duration?

    public init(like: (any HostScript)? = nil, prints: String = "", exits: Int32 = 0, duration: Duration? = nil) {
        self.like = like
        self.prints = prints
        self.exits = exits
        self.duration = duration
    }

    public func run(_ arguments: [String], on host: SimulatedHost) -> ScriptResult {
        var result = like?.run(arguments, on: host) ?? scriptSuccess
        guard result.succeeded else { return result }
        result.output += prints
        result.ending = .exited(exits)
        return result
    }
}

/// The values of `key=value` arguments.
func scriptValues(_ arguments: some Sequence<String>) -> [String: String] {
    var values: [String: String] = [:]
    for argument in arguments {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2 { values[String(parts[0])] = String(parts[1]) }
    }
    return values
}

func scriptFailure(_ text: String) -> ScriptResult { ScriptResult(ending: .exited(1), errorOutput: text + "\n") }
let scriptSuccess = ScriptResult(ending: .exited(0))

/// `network start|stop|status bridge=… antispoof=…`: makes the bridge and puts the network card on it.
struct NetworkScript: HostScript {
    func run(_ arguments: [String], on host: SimulatedHost) -> ScriptResult {
        let values = scriptValues(arguments)
        let bridge = values["bridge"] ?? "xen-br0"
        let card = values["netdev"] ?? "eth0"
        let hardware = host.machine.hardware
        switch arguments.first {
        case "start":
            guard bridge != "null" else { return scriptSuccess }
            hardware.bridges.insert(bridge)
            hardware.attach(card, to: bridge)
            return scriptSuccess
        case "stop":
            hardware.attach(card, to: nil)
            return scriptSuccess
        case "status":
            return ScriptResult(ending: .exited(0), output: hardware.bridges.contains(bridge) ? "\(bridge)\n" : "")
        default: return scriptFailure("Usage: network {start|stop|status}")
        }
    }
}

/// `vif-bridge up|down vif=… domain=… mac=… bridge=… [ip=…]`: puts a domain's interface on a bridge or takes it off.
struct BridgeScript: HostScript {
    func run(_ arguments: [String], on host: SimulatedHost) -> ScriptResult {
        let values = scriptValues(arguments.dropFirst())
        guard let original = values["vif"], let bridge = values["bridge"], let domain = values["domain"],
            values["mac"] != nil
        else {
            return scriptFailure("vif-bridge: domain, vif, mac and bridge must be given")
        }
        let hardware = host.machine.hardware
        let vif = hardware.name(of: original)
        switch arguments.first {
        case "up":
            guard bridge != "null" else { return scriptSuccess }
            guard Self.isName(bridge) else {
                return scriptFailure("vif-bridge: bridge=\(bridge): not the name of an interface")
            }
            if let name = values["vifname"], name != vif, hardware.interfaces.keys.contains(vif) {
                guard !hardware.interfaces.keys.contains(name) else {
                    return scriptFailure(
                        "vif-bridge: cannot call \(vif) of \(domain) \(name): there is an interface of that name")
                }
                hardware.rename(vif, to: name)
            }
            let failure = "vif-bridge: cannot connect \(hardware.name(of: original)) of \(domain):"
            guard hardware.interfaces.keys.contains(hardware.name(of: original)) else {
                return scriptFailure("\(failure) interface \(vif) does not exist")
            }
            guard hardware.bridges.contains(bridge) else {
                return scriptFailure("\(failure) bridge \(bridge) does not exist")
            }
            hardware.attach(hardware.name(of: original), to: bridge)
            return scriptSuccess
        case "down":
            hardware.attach(vif, to: nil)
            return scriptSuccess
        default: return scriptFailure("Usage: vif-bridge {up|down}")
        }
    }

    /// What the kernel, and a chain of nftables, can be called.
    private static func isName(_ text: String) -> Bool {
        text.first?.isLetter == true
            && text.utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}

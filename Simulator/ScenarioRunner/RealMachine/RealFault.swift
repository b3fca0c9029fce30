import HostInterface
import ScenarioLanguage
import SimulatedHypervisor

/// A fault that a real machine has on request, made by what makes it there too: a script that fails, hangs or takes its time, a program
/// that has the port already, a call that ends with an errno, a kernel without a driver, a guest that does not follow.
struct RealFault {
    /// What makes it.
    enum Cause {
        /// Whoever runs the script of this name finds these lines of the shell in front of it.
        case script(name: String, lines: String)
        /// Somebody listens there.
        case port(UInt16)
        /// A call of the daemon fails.
        case call
        /// The kernel of domain 0 takes up no new device.
        case noDriver
        /// The guests that are there are told to leave their front-ends of this kind as they are.
        case heldFrontend(String)
        /// What goes to the story's host of this name goes wrong.
        case link(LinkFault, to: String)
    }
    let cause: Cause

    /// Why a machine does not have it on request; nil when it does.
    static func obstacle(to rule: FaultRule) -> String? {
        switch rule.pattern.kind {
        case .hypercall, .xenstore, .disk, .step: return FailingCall.obstacle(to: rule)
        case .backend:
            guard rule.selector == .always else { return "a kernel has a driver for all or for none (fault backend)" }
            switch rule.action {
            case .drop, .hang, .stuck(1): return nil
            default: return "a driver of Linux follows its front-end in its own time (fault backend)"
            }
        case .frontend:
            guard rule.selector == .always, rule.pattern.detail.isEmpty else {
                return "a guest lets all go or none (fault frontend)"
            }
            switch rule.action {
            case .drop, .hang, .stuck(4): return nil
            default: return "a front-end stays where it is, or goes on (fault frontend)"
            }
        case .network: return LinkFault.obstacle(to: rule)
        case .guest: return "guests fail as their kernels say (fault guest)"
        case .listener:
            guard rule.selector == .always, rule.action == .error("EADDRINUSE") else {
                return "a port is taken, or it is not (fault listener)"
            }
            return nil
        case .script:
            let isPossible = condition(of: rule) != nil && deed(of: rule) != nil
            return isPossible ? nil : "a script cannot have that happen to it (fault script)"
        }
    }

    /// - Parameter number: of the fault among those of the story.
    /// - Throws: what `obstacle` says.
    init(_ rule: FaultRule, number: Int) throws(ScenarioFailure) {
        if let obstacle = Self.obstacle(to: rule) { throw ScenarioFailure(obstacle) }
        switch rule.pattern.kind {
        case .script: cause = Self.script(rule, number)
        case .listener: cause = .port(UInt16(rule.pattern.name) ?? 0)
        case .backend: cause = .noDriver
        case .frontend: cause = .heldFrontend(rule.pattern.name)
        case .network: cause = .link(LinkFault(rule.action), to: rule.pattern.detail)
        default: cause = .call
        }
    }

    private static func script(_ rule: FaultRule, _ number: Int) -> Cause {
        let (condition, deed) = (condition(of: rule) ?? "false", deed(of: rule) ?? "")
        let count = "\(RealMachine.directory)/passages-\(number)"
        let name = rule.pattern.name.split(separator: "/").last.map(String.init) ?? rule.pattern.name
        let operation = rule.pattern.detail.isEmpty ? "*" : rule.pattern.detail
        return .script(
            name: name,
            lines: """
                case "$1" in \(operation))
                    number=$(($(cat \(count) 2>/dev/null || echo 0) + 1))
                    echo $number >\(count)
                    if [ -z "$deed" ] && \(condition); then deed='\(deed)'; fi ;;
                esac

                """)
    }

    /// Whether the passage of this number is struck, in the words of the shell; nil: that cannot be told there.
    private static func condition(of rule: FaultRule) -> String? {
        switch rule.selector {
        case .always: "true"
        case .nth(let number): "[ $number = \(number) ]"
        case .every(let number): "[ $((number % \(max(1, number)))) = 0 ]"
        case .after, .probability: nil
        }
    }

    /// What is done instead of the script, or before it, in the words of the shell, without an apostrophe; nil: nothing can do that.
    private static func deed(of rule: FaultRule) -> String? {
        switch rule.action {
        case .error(let status): "echo \"$0: simulated failure\" >&2; exit \(Int(status) ?? 1)"
        case .delay(let time): "sleep \(time / .milliseconds(1) / 1000)"
        // Nobody waits so long.
        case .hang: "exec sleep 86400"
        case .drop: "exit 0"
        case .torn: #"printf "\357\277\275%%\$ rubbish\n"; exit 0"#
        case .killDaemon(after: false): "kill -9 $(cat /var/run/xend.pid); exit 1"
        case .killDaemon(after: true): "\"$real\" \"$@\"; status=$?; kill -9 $(cat /var/run/xend.pid); exit $status"
        case .stuck, .flipped, .short, .cutAfter, .cancel, .powerLoss: nil
        }
    }
}

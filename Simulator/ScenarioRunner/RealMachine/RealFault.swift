import HostInterface
import ScenarioLanguage
import SimulatedHypervisor

/// A fault that a real machine has on request, made by what makes it there too: a script that fails, hangs or takes its time, a program
/// that has the port already.
struct RealFault {
    /// What makes it.
    enum Cause {
        /// Whoever runs the script of this name finds these lines of the shell in front of it.
        case script(name: String, lines: String)
        /// Somebody listens there.
        case port(UInt16)
    }
    let cause: Cause

    /// Why a machine does not have it on request; nil when it does.
    static func obstacle(to rule: FaultRule) -> String? {
        switch rule.pattern.kind {
        case .hypercall: return "Xen does not fail on request (fault hypercall)"
        case .xenstore: return "xenstored does not fail on request (fault xenstore)"
        case .backend, .frontend: return "drivers do not get stuck on request (fault \(rule.pattern.kind.rawValue))"
        case .disk: return "disks do not fail on request (fault disk)"
        case .network: return "there is one machine only (fault network)"
        case .step: return "a daemon stops at no step that it is asked to (fault step)"
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
        guard rule.pattern.kind == .script, let condition = Self.condition(of: rule), let deed = Self.deed(of: rule)
        else {
            cause = .port(UInt16(rule.pattern.name) ?? 0)
            return
        }
        let count = "\(RealMachine.directory)/passages-\(number)"
        let name = rule.pattern.name.split(separator: "/").last.map(String.init) ?? rule.pattern.name
        let operation = rule.pattern.detail.isEmpty ? "*" : rule.pattern.detail
        cause = .script(
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

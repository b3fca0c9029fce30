import HostInterface
import SExpressions
import ScenarioLanguage
import Simulation
import Synchronization

/// How fast time goes in a simulation in real time. Where it stands still it passes all the same while somebody waits for an answer:
/// nothing a daemon is asked takes no time at all.
final class Pacer: Sendable {
    private struct State {
        var pace = 1.0
        var open = 0
    }
    private let executor: SimulationExecutor
    private let state = Mutex(State())

    init(_ executor: SimulationExecutor) { self.executor = executor }

    /// As somebody has chosen it; 0: time stands still.
    var pace: Double { state.withLock { $0.pace } }

    /// - Throws: where time is virtual, it has none.
    func set(_ pace: Double) throws(ScenarioFailure) {
        guard executor.mode == .real else {
            throw ScenarioFailure("time is virtual here (--time virtual): it stands still until it is told to jump")
        }
        state.withLock { $0.pace = pace }
        apply()
    }

    /// A request is under way, or over.
    func note(_ isUnderWay: Bool) {
        state.withLock { $0.open += isUnderWay ? 1 : -1 }
        apply()
    }

    private func apply() {
        guard executor.mode == .real else { return }
        let wanted = state.withLock { $0.pace == 0 && $0.open > 0 ? 1 : $0.pace }
        if executor.pace != wanted { executor.setPace(wanted) }
    }
}

/// What the simulator alone does with time: `(pace N)` and `(jump T)`.
enum TimeForm {
    case pace(Double)
    case jump(Duration)

    static let shapes = ["(pace N)", "(jump T)"]
    /// As fast as a simulation may be told to go.
    static let fastest = 10_000.0

    /// nil: it is another form.
    init?(_ form: LocatedSExpression) throws(ScenarioFailure) {
        guard let name = form.name, name == "pace" || name == "jump" else { return nil }
        let text = form.list?.count == 2 ? form.list?.last?.value.atom ?? "" : ""
        if name == "jump" {
            guard let time = TimeText.duration(text), time <= .seconds(366 * 86_400) else {
                throw ScenarioFailure(
                    "(jump T): the time must be a number with a unit (us ms s m h), a year at most, not \(text)")
            }
            self = .jump(time)
        } else {
            guard let pace = Double(text), (0...Self.fastest).contains(pace) else {
                throw ScenarioFailure("(pace N): the pace must be a number from 0 to \(Int(Self.fastest)), not \(text)")
            }
            self = .pace(pace)
        }
    }
}

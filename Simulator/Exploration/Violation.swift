/// Something that must hold and does not.
public struct Violation: Error, Hashable, Sendable, CustomStringConvertible {
    /// What must hold: the daemon's invariants, and what its answers promise.
    public enum Oracle: String, CaseIterable, Sendable {
        // While things happen.
        case answered = "every request is answered"
        case answerForm = "answers are well formed"
        case answerTrue = "what is answered is so"
        case durable = "what was answered is durable"
        case eventOrder = "events come in causal order"
        case restartMode = "restarts follow mode and request"
        case restartTime = "restarts keep the minimum time"
        case eventsOnce = "a resumed stream has every event once"
        case kept = "what the operator decided outlives a life"
        case oneName = "a name stands for one domain"
        case oneWriter = "a disk has one writer"
        case oneOwner = "a domain runs on one host at most"
        case memory = "memory is conserved"
        case pages = "pages keep their contents"
        // When the faults have stopped.
        case revival = "xend comes back"
        case liveness = "everything settles"
        case agreement = "xend, Xen and xenstore agree"
        case consoles = "consoles reach their guests"
        case persistence = "a restart of xend changes nothing"
        case leaks = "nothing is left over"
        case ends = "every domain can be destroyed"
        // Of the simulation itself.
        case repeatable = "the run can be repeated"
    }
    /// What does not hold.
    public var oracle: Oracle
    /// What was seen.
    public var text: String

    public init(_ oracle: Oracle, _ text: String) {
        self.oracle = oracle
        self.text = text
    }

    public var description: String { "\(oracle.rawValue): \(text)" }
}

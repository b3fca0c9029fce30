/// Who owns a domain, as the host it goes to sees it: the other half of the rule "One owner". Pure, as
/// `SourceHandover` is.
///
/// ```
///   receiving ── complete ──→ confirming ── recorded ──→ inDoubt ── go ──→ taking ── recorded ──→ running
///      │                          │            (ready)     │ │ ▲             │ (write failed)       │ released
///      │ giveUp, abort,           │ write                  │ │ └─────────────┘                      ▼
///      │ restarted                │ failed                 │ │ copy gone, decided: drop          (forget)
///      ▼                          ▼                 abort  │ └──→ lost ── released, abort ──→ (forget)
///  (destroy, forget) ◄────────────┴────────────────────────┘
/// ```
///
/// A copy in doubt stays paused and asks until it is answered: nobody guesses by time. `running` is durable before
/// the domain
/// runs, so that a host which lost its power knows whether it ever ran here.
public struct DestinationHandover: Hashable, Sendable {
    /// How far it is; the durable ones stand in the journal by these words.
    public enum State: String, Hashable, Sendable, CaseIterable {
        /// Durable before anything is created.
        case receiving
        /// The record `inDoubt` is being written.
        case confirming
        /// Durable: a complete copy, paused.
        case inDoubt = "in-doubt"
        /// The record `running` is being written.
        case taking
        /// Durable: the domain is this host's.
        case running
        /// The complete copy is gone, and never ran.
        case lost
        /// Nothing has to be remembered any more.
        case finished
    }

    /// What happens to a destination.
    public enum Input: Hashable, Sendable {
        /// All of it is here, with its devices, paused.
        case complete
        /// It failed, or the wire was cut, before it was complete.
        case giveUp
        /// The source said this.
        case message(HandoverMessage)
        /// The record of this state is durable.
        case recorded(State)
        /// The record of this state could not be written.
        case recordFailed(State)
        /// The daemon has started again. `hasCopy`: Xen still has the domain.
        case restarted(hasCopy: Bool)
        /// Xen has the paused copy no more.
        case vanished
        /// Time to ask again.
        case tick
        /// An operator has decided about the copy in doubt.
        case decided(keep: Bool)
    }

    /// What has to be done, in this order.
    public enum Action: Hashable, Sendable {
        /// Write this state durably, and say whether that went well.
        case record(State)
        /// Tell the source; a message that is lost is asked for again.
        case send(HandoverMessage)
        /// Let the domain run. Fine when it does.
        case run
        /// Remove the copy. Fine when there is none.
        case destroy
        /// Nothing about this migration has to be remembered any more.
        case forget
    }

    /// Where it is, durable or about to be.
    public private(set) var state: State
    /// The copy that is running was here at the last look.
    public private(set) var hasCopy = true

    /// The domain has become this host's.
    public private(set) var hasRun = false

    public init() { state = .receiving }

    /// As a journal has it. `restarted` has to follow.
    public init(recorded state: State) { self.state = state }

    /// Goes on with what happened. What makes no sense in this state changes nothing.
    ///
    /// - Returns: what has to be done, in this order.
    public mutating func take(_ input: Input) -> [Action] {
        switch state {
        case .receiving: receiving(input)
        case .confirming: confirming(input)
        case .inDoubt: inDoubt(input)
        case .taking: taking(input)
        case .running: running(input)
        case .lost: lost(input)
        case .finished: Self.answer(input)
        }
    }

    /// What a host says that has no record of the migration.
    public static func answerOfStranger(_ message: HandoverMessage) -> HandoverMessage? {
        switch message {
        case .go: .unknown
        case .abort: .dropped
        case .ready, .ask, .taken, .lost, .dropped, .unknown, .pending, .released: nil
        }
    }

    private static func answer(_ input: Input) -> [Action] {
        guard case .message(let message) = input, let answer = answerOfStranger(message) else { return [] }
        return [.send(answer)]
    }

    private mutating func receiving(_ input: Input) -> [Action] {
        switch input {
        case .complete:
            state = .confirming
            return [.record(.inDoubt)]
        case .giveUp, .message(.abort), .message(.go), .message(.released), .restarted: return drop()
        case .message, .recorded, .recordFailed, .vanished, .tick, .decided: return []
        }
    }

    private mutating func drop() -> [Action] {
        state = .finished
        return [.destroy, .forget, .send(.dropped)]
    }

    private mutating func confirming(_ input: Input) -> [Action] {
        switch input {
        case .recorded(.inDoubt):
            state = .inDoubt
            return [.send(.ready)]
        case .recordFailed(.inDoubt): return drop()
        case .message, .recorded, .recordFailed, .complete, .giveUp, .restarted, .vanished, .tick, .decided: return []
        }
    }

    private mutating func inDoubt(_ input: Input) -> [Action] {
        switch input {
        case .message(.go), .decided(keep: true):
            state = .taking
            return [.record(.running)]
        case .message(.abort): return drop()
        case .tick, .restarted(hasCopy: true): return [.send(.ask)]
        case .vanished, .restarted(hasCopy: false):
            state = .lost
            return [.send(.lost)]
        case .decided(keep: false):
            state = .lost
            return [.destroy, .send(.lost)]
        case .message, .recorded, .recordFailed, .complete, .giveUp: return []
        }
    }

    private mutating func taking(_ input: Input) -> [Action] {
        switch input {
        case .recorded(.running):
            state = .running
            hasRun = true
            return [.run, .send(.taken)]
        case .recordFailed(.running):
            state = .inDoubt
            return []
        case .message, .recorded, .recordFailed, .complete, .giveUp, .restarted, .vanished, .tick, .decided: return []
        }
    }

    private mutating func running(_ input: Input) -> [Action] {
        switch input {
        case .message(.go), .message(.abort), .tick: return [.send(.taken)]
        case .message(.released), .message(.unknown):
            state = .finished
            return [.forget]
        case .restarted(let hasCopy):
            self.hasCopy = hasCopy
            hasRun = true
            return hasCopy ? [.run, .send(.taken)] : [.send(.taken)]
        case .message, .recorded, .recordFailed, .complete, .giveUp, .vanished, .decided: return []
        }
    }

    private mutating func lost(_ input: Input) -> [Action] {
        switch input {
        case .message(.go), .tick, .restarted: return [.send(.lost)]
        case .message(.abort):
            state = .finished
            return [.forget, .send(.dropped)]
        case .message(.released):
            state = .finished
            return [.forget]
        case .message, .recorded, .recordFailed, .complete, .giveUp, .vanished, .decided: return []
        }
    }
}

extension DestinationHandover.Action: CustomStringConvertible {
    /// Completes "take over: …".
    public var description: String {
        switch self {
        case .record(let state): "record \(state.rawValue)"
        case .send(let message): "send \(message.rawValue)"
        case .run: "run"
        case .destroy: "destroy"
        case .forget: "forget"
        }
    }
}

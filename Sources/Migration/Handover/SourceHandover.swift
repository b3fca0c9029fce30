/// Who owns a domain, as the host it comes from sees it: one half of the rule "One owner". Pure: it takes what
/// happened and
/// returns what has to be done, in order.
///
/// ```
///              giveUp, image incomplete
///   started ───────────────────────────────→ (resume, forget)
///    │   │ giveUp, or restarted with the copy
///    │   └──→ aborting ── recorded ──→ aborted ── dropped, lost ──→ (forget)
///    │ ready                 (resume)    ▲
///    ▼                                   │ decided: keep
///   deciding ── recorded ──→ handedOver ─┘
///    │  (write failed)           │ taken ──→ (destroy, forget, released)
///    └──→ aborting               └ lost  ──→ (resume, forget, released)
/// ```
///
/// The rules behind it:
/// - Until `handedOver` is durable only the source may run the domain; from then on only the destination may, until
///   it says
///   that it has none and never ran it (`lost`).
/// - The copy at the source is kept, suspended, until the destination has `taken` the domain.
/// - A domain that was suspended is resumed only when the destination cannot hold a complete copy, or `aborted` is
///   durable, or
///   the destination has said that its copy is gone: a copy in doubt that is told *go* by a source that rebooted must
/// not be
///   older than what ran at the source.
/// - A source that has rebooted in `started` never resumed the domain: its word is *go*.
public struct SourceHandover: Hashable, Sendable {
    /// How far it is; the durable ones stand in the journal by these words.
    public enum State: String, Hashable, Sendable, CaseIterable {
        /// Durable before the destination is spoken to.
        case started
        /// The record `handedOver` is being written.
        case deciding
        /// Durable: only the destination may run it.
        case handedOver = "handed-over"
        /// The record `aborted` is being written, or could not be.
        case aborting
        /// Durable: it stays here.
        case aborted
        /// Nothing is left to be remembered.
        case finished
    }

    /// What happens to a source.
    public enum Input: Hashable, Sendable {
        /// The last bytes of the image are about to be sent.
        case imageComplete
        /// The transfer failed or was cancelled.
        case giveUp
        /// The destination said this.
        case message(HandoverMessage)
        /// The record of this state is durable.
        case recorded(State)
        /// The record of this state could not be written.
        case recordFailed(State)
        /// The daemon has started again. `hasCopy`: Xen still has the domain.
        case restarted(hasCopy: Bool)
        /// Time has passed without an answer.
        case tick
        /// An operator decides: keep the domain here, or drop the copy.
        case decided(keep: Bool)
    }

    /// What has to be done, in this order.
    public enum Action: Hashable, Sendable {
        /// Make this state durable, then report `recorded` or `recordFailed`.
        case record(State)
        /// Tell the destination; a message that is lost is asked for again.
        case send(HandoverMessage)
        /// Let the domain run on here. Fine when it does.
        case resume
        /// Remove the copy here. Fine when there is none.
        case destroy
        /// Durably remember no more.
        case forget
        /// The destination runs a domain that stays here: somebody decided against the source's word.
        case reportConflict
    }

    /// Where it is, durable or about to be.
    public private(set) var state: State
    /// The destination may hold a complete copy.
    public private(set) var isImageComplete: Bool
    /// The domain is still here, running or suspended.
    public private(set) var hasCopy: Bool
    /// The destination has taken the domain.
    public private(set) var wasTaken = false

    public init() {
        state = .started
        isImageComplete = false
        hasCopy = true
    }

    /// As a journal has it. `restarted` has to follow.
    public init(recorded state: State) {
        self.state = state
        isImageComplete = true
        hasCopy = true
    }

    /// Goes on with what happened. What makes no sense in this state changes nothing.
    ///
    /// - Returns: what has to be done, in this order.
    public mutating func take(_ input: Input) -> [Action] {
        switch state {
        case .started: started(input)
        case .deciding: deciding(input)
        case .handedOver: handedOver(input)
        case .aborting: aborting(input)
        case .aborted: aborted(input)
        case .finished: Self.answer(input)
        }
    }

    /// What a host says that has no record of the migration: "not here" counts as *go*.
    public static func answerOfStranger(_ message: HandoverMessage) -> HandoverMessage? {
        switch message {
        case .ready, .ask: .go
        case .taken, .lost: .released
        case .dropped, .unknown, .go, .abort, .pending, .released: nil
        }
    }

    private static func answer(_ input: Input) -> [Action] {
        guard case .message(let message) = input, let answer = answerOfStranger(message) else { return [] }
        return [.send(answer)]
    }

    private mutating func started(_ input: Input) -> [Action] {
        switch input {
        case .imageComplete:
            isImageComplete = true
            return []
        case .giveUp: return giveUp()
        case .message(.ready):
            guard isImageComplete else { return [] }
            state = .deciding
            return [.record(.handedOver)]
        case .message(.ask): return [.send(.pending)]
        case .restarted(let hasCopy):
            self.hasCopy = hasCopy
            if hasCopy { return giveUp() }
            state = .handedOver
            return [.send(.go)]
        case .message, .recorded, .recordFailed, .tick, .decided: return []
        }
    }

    private mutating func giveUp() -> [Action] {
        guard isImageComplete else {
            state = .finished
            return [.resume, .forget, .send(.abort)]
        }
        state = .aborting
        return [.record(.aborted)]
    }

    private mutating func deciding(_ input: Input) -> [Action] {
        switch input {
        case .recorded(.handedOver):
            state = .handedOver
            return [.send(.go)]
        case .recordFailed(.handedOver): return giveUp()
        case .message(.ask), .message(.ready): return [.send(.pending)]
        case .message, .recorded, .recordFailed, .imageComplete, .giveUp, .restarted, .tick, .decided: return []
        }
    }

    private mutating func handedOver(_ input: Input) -> [Action] {
        switch input {
        case .message(.ask), .message(.ready), .tick: return [.send(.go)]
        case .message(.taken):
            state = .finished
            wasTaken = true
            return [.destroy, .forget, .send(.released)]
        case .message(.lost):
            state = .finished
            return hasCopy ? [.resume, .forget, .send(.released)] : [.forget, .send(.released)]
        case .message(.dropped), .message(.unknown):
            // The destination has nothing and promises nothing. With a copy here that is an operator's decision.
            guard !hasCopy else { return [] }
            state = .finished
            return [.forget]
        case .restarted(let hasCopy):
            self.hasCopy = hasCopy
            return [.send(.go)]
        case .decided(let keep):
            guard hasCopy else { return [] }
            if keep {
                state = .aborting
                return [.record(.aborted)]
            }
            hasCopy = false
            return [.destroy, .send(.go)]
        case .message, .recorded, .recordFailed, .imageComplete, .giveUp: return []
        }
    }

    private mutating func aborting(_ input: Input) -> [Action] {
        switch input {
        case .recorded(.aborted):
            state = .aborted
            return hasCopy ? [.resume, .send(.abort)] : [.send(.abort)]
        case .message(.ask), .message(.ready), .recordFailed(.aborted): return [.send(.abort)]
        case .tick: return [.record(.aborted)]
        case .message(.dropped), .message(.unknown), .message(.lost):
            // What could not be written down needs not be remembered any more.
            state = .finished
            return [.resume, .forget, .send(.released)]
        case .message(.taken): return [.reportConflict]
        case .restarted(let hasCopy):
            self.hasCopy = hasCopy
            return [.record(.aborted)]
        case .message, .recorded, .recordFailed, .imageComplete, .giveUp, .decided: return []
        }
    }

    private mutating func aborted(_ input: Input) -> [Action] {
        switch input {
        case .message(.ask), .message(.ready), .tick: return [.send(.abort)]
        case .message(.dropped), .message(.unknown), .message(.lost):
            state = .finished
            return [.forget, .send(.released)]
        case .message(.taken): return [.reportConflict]
        case .restarted(let hasCopy):
            self.hasCopy = hasCopy
            return hasCopy ? [.resume, .send(.abort)] : [.send(.abort)]
        case .message, .recorded, .recordFailed, .imageComplete, .giveUp, .decided: return []
        }
    }
}

extension SourceHandover.Action: CustomStringConvertible {
    /// Completes "hand over: …".
    public var description: String {
        switch self {
        case .record(let state): "record \(state.rawValue)"
        case .send(let message): "send \(message.rawValue)"
        case .resume: "resume"
        case .destroy: "destroy"
        case .forget: "forget"
        case .reportConflict: "report a conflict"
        }
    }
}

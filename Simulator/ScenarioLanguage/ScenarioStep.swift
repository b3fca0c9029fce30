import SExpressions

/// One step of a scenario.
public struct ScenarioStep: Sendable {
    public var action: Action
    /// nil: the first host.
    public var host: String?
    /// What must hold afterwards. nil: the step must succeed.
    public var expectation: [Check]?
    public var position: SXPPosition
    public var source: LocatedSExpression

    /// What a step does.
    public indirect enum Action: Sendable {
        case request(RequestTemplate)
        case console(ConsoleStep)
        case debug([StreamAct])
        /// Only checks.
        case expect
        case advance(Duration)
        case settle
        case wait(within: Duration, [Check])
        case background(name: String, ScenarioStep)
        case finish(name: String, [Check])
        case when(Check, ScenarioStep)
        case parallel([ScenarioStep])
        /// `$n` counts from 1.
        case `repeat`(Int, [ScenarioStep])
        /// Done to a machine, behind the daemon's back.
        case machine(MachineAct)
    }
}

/// An HTTP request with names still in it.
public struct RequestTemplate: Sendable {
    /// A part of the path. A `segment` is percent-encoded, a `text` is sent as it stands.
    public enum Piece: Sendable {
        case text(Template)
        case segment(Template)
    }
    public struct Field: Sendable {
        public var name: Template
        public var value: Template
        /// `multipart`: sent as a file of this name.
        public var filename: String?
    }
    public enum Body: Sendable {
        case none
        case form([Field])
        case multipart([Field])
        case text(Template)
    }
    public var method: Template
    public var path: [Piece]
    public var query: [Field] = []
    public var headers: [Field] = []
    public var body = Body.none
    /// The address of the client; nil: it is on the host itself.
    public var origin: String?
    /// Whether this is one of the operations that the language knows by name, which always ask for SXP.
    public var isOperation: Bool
    /// The name of the domain that this makes, or that it is about, as far as it can be seen.
    public var domain: Template?
}

/// Something done to a byte stream.
public enum StreamAct: Sendable {
    /// The address that later connections come from.
    case from(String)
    case connect
    case send(Template)
    case expect(Pattern)
    case disconnect
}

/// A step on a domain's console.
public struct ConsoleStep: Sendable {
    public var domain: Template
    /// Which of several connections; nil: the one named like the domain.
    public var connection: String?
    public var acts: [StreamAct]
}

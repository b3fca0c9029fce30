import SExpressions

/// One step of a scenario.
public struct ScenarioStep: Sendable {
    /// What it does.
    public var action: Action
    /// nil: the first host.
    public var host: String?
    /// What must hold afterwards. nil: the step must succeed.
    public var expectation: [Check]?
    /// Where it stands in its file.
    public var position: SXPPosition
    /// As it was written, for reports.
    public var source: LocatedSExpression

    /// What a step does.
    public indirect enum Action: Sendable {
        /// Any operation, and `(request ...)`.
        case request(RequestTemplate)
        /// `(console D ACT...)`
        case console(ConsoleStep)
        /// `(debug ACT...)`
        case debug([StreamAct])
        /// Only checks.
        case expect
        /// `(advance T)`
        case advance(Duration)
        /// `(settle)`: until nothing is open.
        case settle
        /// `(wait [(within T)] CHECK...)`
        case wait(within: Duration, [Check])
        /// `(background NAME STEP)`
        case background(name: String, ScenarioStep)
        /// `(finish NAME CHECK...)`: waits for a step in the background.
        case finish(name: String, [Check])
        /// `(when CHECK STEP)`
        case when(Check, ScenarioStep)
        /// `(parallel STEP...)`: begun together.
        case parallel([ScenarioStep])
        /// `$n` counts from 1.
        case `repeat`(Int, [ScenarioStep])
        /// Done to a machine, behind the daemon's back.
        case machine(MachineAct)

        /// The steps in it.
        package var inner: [ScenarioStep] {
            switch self {
            case .background(_, let step), .when(_, let step): [step]
            case .parallel(let steps), .repeat(_, let steps): steps
            case .request, .console, .debug, .expect, .advance, .settle, .wait, .finish, .machine: []
            }
        }

        /// The checks in it, but for those of inner steps.
        package var checks: [Check] {
            switch self {
            case .wait(_, let checks), .finish(_, let checks): checks
            case .when(let check, _): [check]
            case .request, .console, .debug, .expect, .advance, .settle, .background, .parallel, .repeat, .machine: []
            }
        }
    }
}

/// An HTTP request with names still in it.
public struct RequestTemplate: Sendable {
    /// A part of the path. A `segment` is percent-encoded, a `text` is sent as it stands.
    public enum Piece: Sendable {
        /// Sent as it stands.
        case text(Template)
        /// Percent-encoded.
        case segment(Template)
    }
    /// A header, or a parameter.
    public struct Field: Sendable {
        /// Names in it are still to be filled in.
        public var name: Template
        /// Names in it are still to be filled in.
        public var value: Template
        /// `multipart`: sent as a file of this name.
        public var filename: String?
    }
    /// What is sent behind the headers.
    public enum Body: Sendable {
        /// Nothing.
        case none
        /// Url-encoded.
        case form([Field])
        /// As multipart/form-data.
        case multipart([Field])
        /// As it stands.
        case text(Template)
    }
    /// `GET`, `POST` or anything else.
    public var method: Template
    /// One after the other.
    public var path: [Piece]
    /// Behind the question mark.
    public var query: [Field] = []
    /// These and those that every request needs.
    public var headers: [Field] = []
    /// What is sent behind the headers.
    public var body = Body.none
    /// The address of the client; nil: it is on the host itself.
    public var origin: String?
    /// What it shows to be allowed what it asks; nil: nothing.
    public var token: Template?
    /// Whether this is one of the operations that the language knows by name, which always ask for SXP.
    public var isOperation: Bool
    /// The name of the domain that this makes, or that it is about, as far as it can be seen.
    public var domain: Template?
}

/// Something done to a byte stream.
public enum StreamAct: Sendable {
    /// The address that later connections come from.
    case from(String)
    /// `(connect)`
    case connect
    /// `(send TEXT)`
    case send(Template)
    /// `(expect P)`: waits for it, 60 s at most.
    case expect(Pattern)
    /// `(disconnect)`
    case disconnect
}

/// A step on a domain's console.
public struct ConsoleStep: Sendable {
    /// Whose console.
    public var domain: Template
    /// Which of several connections; nil: the one named like the domain.
    public var connection: String?
    /// In order.
    public var acts: [StreamAct]
}

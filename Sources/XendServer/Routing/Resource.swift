import DomainLifecycle

/// One row of the route table: a path, and what can be asked and done there.
public struct Resource: Sendable {
    /// What answers one method, or one operation, of a resource.
    public typealias Handler = @Sendable (Exchange) async throws(Failure) -> Answer

    enum Component: Hashable, Sendable {
        case fixed(String)
        /// One segment, whatever it is.
        case any
    }

    let path: String
    let components: [Component]
    let get: Handler?
    /// Who may get it.
    let audience: Audience
    let operations: [String: Operation]
    /// What a POST without `op` does; nil: it is refused.
    let otherwise: Handler?
    /// What the navigation of all pages calls it; nil: it is found otherwise.
    let section: String?

    /// - Parameters:
    ///   - path: segments beginning with `:` stand for any one segment: `/xend/domain/:name`.
    ///   - get: nil: there is nothing to get.
    ///   - audience: who may get it.
    ///   - operations: by the parameter `op`.
    ///   - otherwise: takes a POST without `op`, of administrators.
    ///   - section: what the navigation of all pages calls it.
    public init(
        _ path: String, get: Handler? = nil, for audience: Audience = .role(.viewer), _ operations: [Operation] = [],
        otherwise: Handler? = nil, section: String? = nil
    ) {
        self.path = path
        components = path.split(separator: "/").map { $0.hasPrefix(":") ? .any : .fixed(String($0)) }
        self.get = get
        self.audience = audience
        self.operations = Dictionary(operations.map { ($0.name, $0) }) { first, _ in first }
        self.otherwise = otherwise
        self.section = section
    }

    /// Whom something is for.
    public enum Audience: Hashable, Sendable {
        /// Whoever reaches the port.
        case everyone
        /// Who has the role, or a higher one.
        case role(Role)
        /// Who has the role, as long as nothing is named but what the configuration lists; naming anything else is for the other.
        case listed(Role, else: Role)
        /// As `xend-metrics-access` says.
        case metrics

        /// Who looks.
        public static let viewer = Audience.role(.viewer)
        /// Who also runs what is there.
        public static let `operator` = Audience.role(.operator)
        /// Who does everything.
        public static let administrator = Audience.role(.administrator)
    }

    /// Something that can be done at a resource, named by the parameter `op`.
    public struct Operation: Sendable {
        let name: String
        let changes: Bool
        let audience: Audience
        let alsoByGet: Bool
        let handler: Handler

        /// Changes something; by POST.
        public static func change(
            _ name: String, for audience: Audience = .administrator, _ handler: @escaping Handler
        ) -> Operation {
            Operation(name: name, changes: true, audience: audience, alsoByGet: false, handler: handler)
        }
        /// Changes something, and the manual has it as a GET all the same.
        static func changeByGet(
            _ name: String, for audience: Audience = .administrator, _ handler: @escaping Handler
        ) -> Operation {
            Operation(name: name, changes: true, audience: audience, alsoByGet: true, handler: handler)
        }
        /// Changes nothing; by GET and POST.
        public static func query(
            _ name: String, for audience: Audience = .viewer, _ handler: @escaping Handler
        ) -> Operation {
            Operation(name: name, changes: false, audience: audience, alsoByGet: true, handler: handler)
        }
    }

    /// Whether this row is about that path.
    func matches(_ segments: [String]) -> Bool {
        guard segments.count == components.count else { return false }
        for (component, segment) in zip(components, segments) {
            if case .fixed(let text) = component, text != segment { return false }
        }
        return true
    }

    /// How many leading segments of that path this row has.
    func commonPrefix(_ segments: [String]) -> Int {
        zip(components, segments).prefix { component, segment in
            switch component {
            case .fixed(let text): text == segment
            case .any: true
            }
        }.count
    }
}

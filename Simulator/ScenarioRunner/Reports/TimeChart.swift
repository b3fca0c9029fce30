/// What happened when: a lane for each domain, and marks for requests, events and faults. Times are seconds since the start.
public struct TimeChart: Sendable {
    public struct Lane: Sendable {
        public var host: String
        public var domain: String
        public var spans: [Span] = []
    }
    public struct Span: Sendable {
        public var start: Double
        public var end: Double
        public var state: State
    }
    public enum State: String, CaseIterable, Sendable {
        case paused, running, stopping, exited, restarting, suspended
    }
    public struct Mark: Sendable {
        public enum Kind: String, CaseIterable, Sendable { case request, event, fault, failure }
        public var kind: Kind
        public var host: String
        public var start: Double
        /// When a request was answered; of the others the start.
        public var end: Double
        public var text: String
        /// The domain that an event is about.
        public var domain: String?
    }

    public private(set) var lanes: [Lane] = []
    public private(set) var marks: [Mark] = []
    public private(set) var end = 0.0
    /// A chart with more marks than this cannot be read, and the page would grow without bound.
    static let markLimit = 5000

    public init() {}

    public mutating func mark(_ mark: Mark) {
        end = max(end, mark.end)
        if marks.count < Self.markLimit { marks.append(mark) }
    }

    public mutating func advance(to time: Double) { end = max(end, time) }

    /// Draws what an event tells about its domain.
    public mutating func event(_ name: String, domain: String, detail: String?, host: String, at time: Double) {
        switch (name, detail) {
        case ("xend.domain.create", _): enter(.paused, domain, host, time)
        case ("xend.domain.unpause", _): enter(.running, domain, host, time)
        case ("xend.domain.pause", _): enter(.paused, domain, host, time)
        case ("xend.domain.shutdown", _): enter(.stopping, domain, host, time)
        case ("xend.domain.suspended", _): enter(.suspended, domain, host, time)
        case ("xend.domain.exit", _): enter(.exited, domain, host, time)
        case ("xend.domain.restart", "begin"): enter(.restarting, domain, host, time)
        case ("xend.domain.restart", "success"): enter(.running, domain, host, time)
        case ("xend.domain.restart", "fail"), ("xend.domain.died", _): leave(domain, host, time)
        default: break
        }
    }

    private func index(_ domain: String, _ host: String) -> Int? {
        lanes.firstIndex { $0.domain == domain && $0.host == host }
    }

    private mutating func enter(_ state: State, _ domain: String, _ host: String, _ time: Double) {
        leave(domain, host, time)
        var lane = index(domain, host)
        if lane == nil {
            lanes.append(Lane(host: host, domain: domain))
            lane = lanes.count - 1
        }
        if let lane { lanes[lane].spans.append(Span(start: time, end: .infinity, state: state)) }
    }

    private mutating func leave(_ domain: String, _ host: String, _ time: Double) {
        end = max(end, time)
        guard let lane = index(domain, host), let last = lanes[lane].spans.indices.last,
            lanes[lane].spans[last].end == .infinity
        else { return }
        lanes[lane].spans[last].end = time
    }
}

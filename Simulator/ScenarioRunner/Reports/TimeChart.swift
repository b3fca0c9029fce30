/// What happened when: a lane for each domain, and marks for requests, events and faults. Times are seconds since the start.
public struct TimeChart: Sendable {
    /// One domain on one host.
    public struct Lane: Sendable {
        /// On which it is.
        public var host: String
        /// Its name.
        public var domain: String
        /// In order; between them it was not there.
        public var spans: [Span] = []
    }
    /// A time in which a domain did one thing.
    public struct Span: Sendable {
        /// Seconds of the story.
        public var start: Double
        /// Seconds of the story.
        public var end: Double
        /// What it did.
        public var state: State
    }
    /// What a chart shows of a domain.
    public enum State: String, CaseIterable, Sendable {
        /// Each has a colour of its own.
        case paused, running, stopping, exited, restarting, suspended
    }
    /// Something that happened at one moment.
    public struct Mark: Sendable {
        /// Each has a shape of its own.
        public enum Kind: String, CaseIterable, Sendable { case request, event, fault, failure }
        /// What sort of thing happened.
        public var kind: Kind
        /// Where.
        public var host: String
        /// Seconds of the story.
        public var start: Double
        /// When a request was answered; of the others the start.
        public var end: Double
        /// What, in a line.
        public var text: String
        /// The domain that an event is about.
        public var domain: String?
    }

    /// In the order in which domains appeared.
    public private(set) var lanes: [Lane] = []
    /// In the order in which they were made.
    public private(set) var marks: [Mark] = []
    /// Seconds of the story, so far.
    public private(set) var end = 0.0
    /// A chart with more marks than this cannot be read, and the page would grow without bound.
    static let markLimit = 5000

    public init() {}

    /// Adds a mark.
    public mutating func mark(_ mark: Mark) {
        end = max(end, mark.end)
        if marks.count < Self.markLimit { marks.append(mark) }
    }

    /// The story has come so far, in seconds.
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

/// Random but repeatable users and faults: a seed makes a story, the story is a scenario, and what must hold is looked at all the
/// while and at its end.
public struct Exploration: Sendable {
    /// What a seed found.
    public struct Finding: Sendable {
        /// What is wrong, what was seen first first.
        public var violations: [Violation]
        /// A scenario file that shows it, as short as leaving things out makes it.
        public var file: [UInt8]
        public var steps: Int
    }
    /// What became of a seed.
    public struct Result: Sendable {
        public var seed: UInt64
        /// nil when all is well.
        public var finding: Finding?
        public var marks: RareMarks
    }

    public var hosts: Int
    /// Steps of a story.
    public var length: Int
    /// For the head of files that show something: which state of the sources.
    public var commit: String?

    public init(hosts: Int = 1, length: Int = 30) {
        self.hosts = max(1, min(hosts, 8))
        self.length = max(1, min(length, 1000))
    }

    /// Runs the stories of some seeds, on all cores.
    /// - Parameter each: told of each as it ends; never twice at once.
    public func explore(_ seeds: [UInt64], each: (Result) -> Void) {
        Parallel.forEach(seeds, { explore($0) }) { each($1) }
    }

    public func story(_ seed: UInt64) -> [UInt8] {
        text(seed).file()
    }

    private func text(_ seed: UInt64) -> StoryText {
        var teller = StoryTeller(seed: seed, hosts: hosts, length: length)
        return teller.story()
    }

    /// Runs the story of a seed.
    public func explore(_ seed: UInt64) -> Result {
        let story = text(seed)
        let marks = Box<RareMarks>()
        marks.value = RareMarks()
        let violations = Self.violations(of: story, marks)
        var result = Result(seed: seed, finding: nil, marks: marks.value ?? RareMarks())
        if let first = violations.first { result.finding = finding(story, seed, first.oracle) }
        return result
    }

    private func finding(_ story: StoryText, _ seed: UInt64, _ oracle: Violation.Oracle) -> Finding {
        let short = story.shrunk { Self.violations(of: $0).first?.oracle == oracle }
        let violations = Self.violations(of: short)
        let source = commit.map { ", commit \($0)" } ?? ""
        let comments = ["Found by xend-scenario explore --replay \(seed) --hosts \(hosts) --length \(length)\(source). What is wrong:"]
        return Finding(
            violations: violations, file: short.file(comments + violations.prefix(3).map(\.description)), steps: short.steps.count)
    }

    /// What is wrong after a story; nothing when it cannot be read, which the shrinking brings about.
    private static func violations(of story: StoryText, _ marks: Box<RareMarks>? = nil) -> [Violation] {
        guard let scenario = try? ScenarioReader.scenarios(in: story.file(), file: story.name).first,
            scenario.setup.toleratesFailures
        else { return marks == nil ? [] : [Violation(.repeatable, "the story of this seed cannot be read")] }
        var trial = Trial(scenario)
        if let marks { trial.onDeed = { marks.value?.take($0) } }
        return trial.violations()
    }
}

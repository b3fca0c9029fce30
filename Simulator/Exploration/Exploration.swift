import ScenarioLanguage
import XendTesting

/// Random but repeatable users and faults: a seed makes a story, the story is a scenario, and what must hold is looked at all the
/// while and at its end.
public struct Exploration: Sendable {
    /// What a seed found.
    public struct Finding: Sendable {
        /// What is wrong, what was seen first first.
        public var violations: [Violation]
        /// A scenario file that shows it, as short as leaving things out makes it.
        public var file: [UInt8]
        /// Of all stories together.
        public var steps: Int
    }
    /// What became of a seed.
    public struct Result: Sendable {
        /// Of the story.
        public var seed: UInt64
        /// nil when all is well.
        public var finding: Finding?
        /// What rare things happened in it.
        public var marks: RareMarks
        /// What the daemons did, with times, and what was asked and answered: the same in every run of the seed.
        public var trace: [String]
    }

    /// In each story.
    public var hosts: Int
    /// Steps of a story.
    public var length: Int
    /// For the head of files that show something: which state of the sources.
    public var version: String?
    /// Each story is run twice, and must unfold in the same way.
    public var isDoubled = false

    /// - Parameters:
    ///   - hosts: in each story.
    ///   - length: steps of a story.
    public init(hosts: Int = 1, length: Int = 30) {
        self.hosts = max(1, min(hosts, 8))
        self.length = max(1, min(length, 1000))
    }

    /// Runs the stories of some seeds, on all cores.
    /// - Parameter each: told of each as it ends; never twice at once.
    public func explore(_ seeds: [UInt64], each: (Result) -> Void) {
        Parallel.forEach(seeds, { explore($0) }, each: { each($1) })
    }

    /// The scenario file that this seed stands for.
    public func story(_ seed: UInt64) -> [UInt8] {
        text(seed).file()
    }

    private func text(_ seed: UInt64) -> StoryText {
        var teller = StoryTeller(seed: seed, hosts: hosts, length: length)
        return teller.story()
    }

    /// Runs the story of a seed.
    public func explore(_ seed: UInt64) -> Result {
        TrapNotice.during(
            "xend-scenario: a trap in the story of seed \(seed): explore --replay \(seed) --hosts \(hosts) --length \(length)"
        ) { tell(seed) }
    }

    private func tell(_ seed: UInt64) -> Result {
        let story = text(seed)
        guard let scenario = Self.scenario(story) else {
            let violation = Violation(.repeatable, "the story of this seed cannot be read")
            return Result(seed: seed, finding: Finding(story, [violation]), marks: RareMarks(), trace: [])
        }
        let first = Self.run(scenario)
        var result = Result(seed: seed, finding: nil, marks: first.marks, trace: first.trace)
        if let violation = first.violations.first {
            result.finding = finding(story, seed, violation.oracle)
        } else if isDoubled, let difference = Self.difference(first.trace, Self.run(scenario).trace) {
            result.finding = Finding(story, [Violation(.repeatable, difference)])
        }
        return result
    }

    private static func run(_ scenario: Scenario) -> (violations: [Violation], marks: RareMarks, trace: [String]) {
        let marks = Box<RareMarks>()
        let trace = Box<[String]>()
        marks.value = RareMarks()
        trace.value = []
        var trial = Trial(scenario)
        trial.onDeed = { host, deed in
            marks.value?.take(deed)
            let failure = deed.failure.map { " FAILED: \($0)" } ?? ""
            trace.value?.append(
                "\(deed.time.nanoseconds) \(host) \(deed.number) \(deed.kind.rawValue) \(deed.text)\(failure)")
        }
        let (violations, transcript) = trial.outcome()
        let lines = transcript.split(separator: "\n").map(String.init)
        return (violations, marks.value ?? RareMarks(), (trace.value ?? []) + lines)
    }

    /// The first difference of two runs; nil when there is none.
    private static func difference(_ first: [String], _ second: [String]) -> String? {
        let count = zip(first, second).prefix { $0 == $1 }.count
        guard count < max(first.count, second.count) else { return nil }
        let lines = [first, second].map { count < $0.count ? $0[count] : "the end" }
        return "at line \(count + 1) of what happens, one run has \(lines[0]), another \(lines[1])"
    }

    private func finding(_ story: StoryText, _ seed: UInt64, _ oracle: Violation.Oracle) -> Finding {
        let short = story.shrunk { Self.violations(of: $0).first?.oracle == oracle }
        let violations = Self.violations(of: short)
        let source = version.map { ", \($0)" } ?? ""
        let comments = [
            "Found by xend-scenario explore --replay \(seed) --hosts \(hosts) --length \(length)\(source). What is wrong:"
        ]
        return Finding(
            violations: violations, file: short.file(comments + violations.prefix(3).map(\.description)),
            steps: short.steps.count)
    }

    /// What is wrong after a story; nothing when it cannot be read, which the shrinking brings about.
    private static func violations(of story: StoryText) -> [Violation] {
        scenario(story).map { Trial($0).violations() } ?? []
    }

    private static func scenario(_ story: StoryText) -> Scenario? {
        let scenario = try? ScenarioReader.scenarios(in: story.file(), file: story.name).first
        return scenario?.setup.toleratesFailures == true ? scenario : nil
    }
}

extension Exploration.Finding {
    /// What is not made shorter.
    fileprivate init(_ story: StoryText, _ violations: [Violation]) {
        self.init(violations: violations, file: story.file(violations.map(\.description)), steps: story.steps.count)
    }
}

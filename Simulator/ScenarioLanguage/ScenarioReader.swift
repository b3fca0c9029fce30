import SExpressions

/// Reads scenario files. What cannot be read is refused with its place before anything runs.
public struct ScenarioReader {
    private let file: String
    private let refusals = Refusals()

    /// Files beyond this are not stories any more; bytes.
    public static let sizeLimit = 4 << 20
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
    /// Bytes of a scenario's name: it is shown in every report.
    private static let nameLimit = 200
    /// Steps of one scenario, each repetition counted: what runs for days tells nobody anything.
    public static let stepLimit = 1_000_000

    private init(file: String) { self.file = file }

    private var stepReader: StepReader { StepReader(file: file, refusals: refusals) }

    /// The scenarios of a file, in order.
    /// - Parameter file: its name, for errors.
    /// - Throws: the first mistake in it.
    public static func scenarios(in bytes: [UInt8], file: String) throws(ScenarioError) -> [Scenario] {
        let (scenarios, errors) = read(bytes, file: file)
        if let first = errors.first { throw first }
        return scenarios
    }

    /// The scenarios of a file that can be read, and what is wrong with the others: all that can be found at once.
    public static func read(_ bytes: [UInt8], file: String) -> (scenarios: [Scenario], errors: [ScenarioError]) {
        let reader = ScenarioReader(file: file)
        var scenarios: [Scenario] = []
        var places: [String: ScenarioPlace] = [:]
        _ = reader.refusals.attempt { () throws(ScenarioError) in
            for value in try reader.values(bytes) {
                reader.refusals.attempt { () throws(ScenarioError) in
                    let scenario = try reader.scenario(value)
                    if let other = places.updateValue(scenario.place, forKey: scenario.name) {
                        throw ScenarioError(
                            scenario.place, "there is a scenario \(scenario.name) already, at \(other.position)")
                    }
                    scenarios.append(scenario)
                }
            }
        }
        return (scenarios, reader.refusals.errors)
    }

    private func values(_ bytes: [UInt8]) throws(ScenarioError) -> [LocatedSExpression] {
        let top = ScenarioPlace(file: file)
        guard bytes.count <= Self.sizeLimit else {
            throw ScenarioError(top, "the file has \(bytes.count) bytes; at most \(Self.sizeLimit) are read")
        }
        guard !bytes.starts(with: Self.byteOrderMark) else {
            throw ScenarioError(top, "the file begins with a byte order mark; it is UTF-8 without one")
        }
        let values: [LocatedSExpression]
        do {
            values = try LocatedSExpression.parseAll(bytes)
        } catch {
            throw ScenarioError(error, file: file)
        }
        guard !values.isEmpty else {
            throw ScenarioError(top, "there is no scenario here; a file holds (scenario NAME SETUP… STEP…)")
        }
        return values
    }

    /// One step alone, as the control resource of `xend-sim` takes it.
    public static func step(_ value: LocatedSExpression, file: String) throws(ScenarioError) -> ScenarioStep {
        let reader = ScenarioReader(file: file)
        let step = try reader.stepReader.step(value)
        if let first = reader.refusals.errors.first { throw first }
        return step
    }

    /// What a setup form alone makes; nil when it is none.
    package enum SetupForm {
        case host(HostSetup)
        case item(SetupItem)
    }

    /// The setup forms that mean something without a scenario around them.
    package static let loneSetupForms = [
        "host", "kernel", "file", "block-device", "bridge", "script", "missing", "receiver",
    ]

    package static func setup(_ value: LocatedSExpression, file: String) throws(ScenarioError) -> SetupForm? {
        guard loneSetupForms.contains(value.list?.first?.atom ?? "") else { return nil }
        var setup = ScenarioSetup(hosts: [])
        var steps: [ScenarioStep] = []
        try SetupReader(file: file).read(value, into: &setup, &steps)
        if let host = setup.hosts.first { return .host(host) }
        return setup.items.first.map { .item($0) }
    }

    private func scenario(_ value: LocatedSExpression) throws(ScenarioError) -> Scenario {
        let form = Vocabulary.Form(name: "scenario", shape: "(scenario NAME SETUP… STEP…)")
        var reader = try FormReader(value, "top-level form", [form], file: file)
        let name = try reader.word("its name")
        guard !name.isEmpty, !name.contains("/"), name.utf8.count <= Self.nameLimit else {
            throw reader.misuse("a name has no \"/\", is not empty and not longer than \(Self.nameLimit) bytes")
        }
        var setup = ScenarioSetup(hosts: [])
        var steps: [ScenarioStep] = []
        let before = refusals.errors.count
        for member in reader.arguments {
            let isSetup = Vocabulary.setup.names.contains(member.list?.first?.atom ?? "")
            refusals.attempt { () throws(ScenarioError) in
                if isSetup {
                    try SetupReader(file: file).read(member, into: &setup, &steps)
                } else {
                    steps.append(try stepReader.step(member, orSetup: true))
                }
            }
        }
        if setup.hosts.isEmpty { setup.hosts = [HostSetup(name: "alpha", position: value.position)] }
        guard !steps.isEmpty || refusals.errors.count > before else { throw reader.misuse("it has no step") }
        let place = ScenarioPlace(file: file, position: value.position)
        let scenario = Scenario(name: name, place: place, setup: setup, steps: steps, source: value)
        guard Self.count(steps) <= Self.stepLimit else {
            throw reader.error("more than \(Self.stepLimit) steps, repetitions counted")
        }
        // Where something could not be read, what it would have named is not known.
        if refusals.errors.count == before { for error in ReferenceCheck.errors(in: scenario) { refusals.add(error) } }
        return scenario
    }

    /// Steps with their repetitions; saturates beyond the limit.
    private static func count(_ steps: [ScenarioStep]) -> Int {
        steps.reduce(0) { total, step in
            let own =
                switch step.action {
                case .repeat(let times, let inner): min(times, stepLimit + 1) * max(1, min(count(inner), stepLimit + 1))
                case .parallel(let inner): count(inner)
                default: 1
                }
            return min(total + own, stepLimit + 1)
        }
    }
}

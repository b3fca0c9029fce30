import DomainModel
import SExpressions
import Testing

@testable import DomainLifecycle

/// Every operation, in every stage, on every kind of domain, in every phase of a transfer, against what is written down here.
@Suite struct RuleTableTests {
    /// What is expected of one operation.
    struct Row: Sendable {
        /// One letter for each of `stages`: `+` planned, `s` not in this stage, `n` nobody doubts whose it is, `x` not supported.
        var own: String
        /// The same on a domain that another toolstack made, where `f` is: that toolstack has to do it; on domain 0, where `0` is: xend
        /// runs in it.
        var foreign: String
        var zero: String
        /// One letter for each phase of a transfer: `a` at once, `e` ends it, `q` waits for its end, `r` refused.
        var transfer: String

        init(_ own: String, foreign: String, zero: String, transfer: String = "rrrrrrr") {
            self.own = own
            self.foreign = foreign
            self.zero = zero
            self.transfer = transfer
        }
    }

    static let stages: [Stage] = [
        .creating, .live, .exited(.poweroff), .exited(.suspend), .ending(then: .forget), .ending(then: .restart),
        .restarting(.pending), .restarting(.booting), .restarting(.blocked), .inDoubt(.handedOver),
        .inDoubt(.arrived), .defined,
    ]

    private static let allForeign = "ffffffffffff"
    private static let allZero = "000000000000"

    static let expected: [String: Row] = [
        "pause": Row("s+++ssssssss", foreign: "s+++ssssssss", zero: allZero),
        "unpause": Row("s+++ssss+sss", foreign: "s+++ssss+sss", zero: "s+++ssss+sss"),
        "shutdown": Row("s+ssssssssss", foreign: "s+ssssssssss", zero: allZero),
        "destroy": Row("s++++++++sss", foreign: "s++++++++sss", zero: allZero, transfer: "eeeeqqe"),
        "pincpu": Row("s+++sssssss+", foreign: "s+++sssssss+", zero: "s+++sssssss+", transfer: "aaarrrr"),
        "vcpus_set": Row("s+sssssssss+", foreign: "s+sssssssss+", zero: allZero),
        "sysrq": Row("s+ssssssssss", foreign: "s+ssssssssss", zero: allZero),
        "maxmem_set": Row("s+++sssssss+", foreign: "s+++sssssss+", zero: "s+++sssssss+"),
        "mem_target_set": Row("s+sssssssss+", foreign: "s+sssssssss+", zero: "s+sssssssss+"),
        "sched_credit_set": Row("s+++sssssss+", foreign: "s+++sssssss+", zero: "s+++sssssss+", transfer: "aaarrrr"),
        "device_create": Row("s+ssssssssss", foreign: allForeign, zero: allZero),
        "device_destroy": Row("s+ssssssssss", foreign: allForeign, zero: allZero),
        "device_configure": Row("s+ssssssssss", foreign: allForeign, zero: allZero),
        "configure": Row("sxssssssssss", foreign: allForeign, zero: allZero),
        "rename": Row("s+++sssssss+", foreign: allForeign, zero: allZero),
        "dump": Row("s+++ssssssss", foreign: allForeign, zero: allZero),
        "save": Row("s+ssssssssss", foreign: allForeign, zero: allZero),
        "migrate": Row("s+ssssssssss", foreign: allForeign, zero: allZero),
        "keep": Row("s+++sssssss+", foreign: allForeign, zero: allZero),
        "undefine": Row("s+++sssssss+", foreign: allForeign, zero: allZero),
        "start": Row("sssssssssss+", foreign: allForeign, zero: allZero),
        "suspend": Row("s+ssssssssss", foreign: allForeign, zero: allZero),
        "autostart": Row("s+++sssssss+", foreign: allForeign, zero: allZero),
        "resolve": Row("nnnnnnnnn++n", foreign: allForeign, zero: allZero, transfer: "rrrrarr"),
    ]

    @Test("The table here has every operation, and every stage")
    func nothingIsMissing() {
        let names = OperationRule.all(of: .domain).map(\.name)
        #expect(names.sorted() == Self.expected.keys.sorted())
        #expect(OperationRule.samples.map(\.name) == names)
        for (name, operation) in OperationRule.samples { #expect(operation.name == name) }
        var stages: Stages = []
        for stage in Self.stages { stages.formUnion(stage.alone) }
        #expect(stages == .all)
        for row in Self.expected.values {
            for letters in [row.own, row.foreign, row.zero] { #expect(letters.count == Self.stages.count) }
            #expect(row.transfer.count == TransferPhase.allCases.count)
        }
    }

    @Test("Every operation in every stage is planned or refused as written down", arguments: expected.keys.sorted())
    func stages(_ name: String) throws {
        let operation = try #require(OperationRule.samples.first { $0.name == name }?.operation)
        let row = try #require(Self.expected[name])
        #expect(try answers(to: operation, foreign: false, zero: false) == row.own)
        #expect(try answers(to: operation, foreign: true, zero: false) == row.foreign)
        for foreign in [false, true] {
            #expect(try answers(to: operation, foreign: foreign, zero: true) == row.zero, "foreign: \(foreign)")
        }
    }

    @Test("Every operation in every phase of a transfer has the fate written down", arguments: expected.keys.sorted())
    func transfers(_ name: String) throws {
        let operation = try #require(OperationRule.samples.first { $0.name == name }?.operation)
        var fates = ""
        for phase in TransferPhase.allCases {
            let letter =
                switch TransferAdmission.decide(operation, during: phase) {
                case .atOnce: "a"
                case .endsTransfer: "e"
                case .queued: "q"
                case .refused(let allowed): allowed.contains(name) ? "!" : "r"
                }
            fates += letter
        }
        #expect(fates == Self.expected[name]?.transfer)
    }

    private func answers(to operation: DomainOperation, foreign: Bool, zero: Bool) throws -> String {
        var answers = ""
        for stage in Self.stages {
            var table = try Self.table(stage, foreign: foreign, zero: zero, configured: operation.name != "configure")
            let before = table.sorted
            do {
                let plan = try table.begin(.operation(operation), on: Self.uuid, at: 10_000)
                #expect(!plan.steps.isEmpty, "\(operation.name) plans nothing in \(stage)")
                answers += "+"
            } catch {
                answers += Self.letter(error)
                #expect(table.sorted == before, "a refusal has changed something")
                #expect("\(error)".contains(operation.name) || !["s", "f", "0"].contains(Self.letter(error)))
            }
        }
        return answers
    }

    private static let uuid = DomainUUID(bytes: [UInt8](repeating: 1, count: 16))

    /// A table with one domain, which has a vif 0, in a stage.
    private static func table(
        _ stage: Stage, foreign: Bool, zero: Bool, configured: Bool
    ) throws -> DomainTable {
        let config = try TableFixture.config("(device (vif (bridge br0)))")
        var record = DomainRecord(
            uuid: uuid, name: config.name, config: configured ? config : nil, stage: stage, isForeign: foreign)
        record.definition = Definition()
        record.id = zero ? .zero : stage == .defined ? nil : DomainID(7)
        record.devices = [
            record.newDevice(try DeviceConfig(SExpression.parseFirst("(vif (bridge br0))")), backend: .zero)
        ]
        var table = DomainTable()
        table.put(record)
        return table
    }

    private static func letter(_ refusal: Refusal) -> String {
        switch refusal {
        case .wrongStage: "s"
        case .foreign: "f"
        case .domainZero: "0"
        case .notInDoubt: "n"
        case .notSupported: "x"
        default: "?\(refusal)"
        }
    }

    // MARK: The columns that nothing else reads

    @Test("Every row says who may, and how exploration asks for it or why not")
    func columns() {
        #expect(Set(OperationRule.all.map { "\($0.target) \($0.name)" }).count == OperationRule.all.count)
        for rule in OperationRule.all {
            #expect((rule.admission != nil) == (rule.target == .domain), "\(rule.name)")
            #expect(rule.role > .viewer, "\(rule.name) changes something, and who looks may do it")
            #expect(rule.form?.operation == rule.name)
            switch rule.probing {
            case .act: break
            case .never(let reason): #expect(!reason.isEmpty)
            case .with(let fields):
                let names = Set(rule.arguments.flatMap(\.names))
                for field in fields { #expect(names.contains(field.name) && !field.values.isEmpty, "\(rule.name)") }
                let required = rule.arguments.filter(\.isRequired)
                #expect(required.allSatisfy { argument in fields.contains { argument.names.contains($0.name) } })
            }
        }
    }
}

import DomainModel
import SExpressions
import Testing

/// What is decided about a domain stands in its configuration, which can be read again: every decision after every other.
@Suite struct DecidedConfigTests {
    static let decisions: [@Sendable (DomainConfig) -> DomainConfig] = [
        { $0.with(memory: MemorySize(mebibytes: 48)) }, { $0.with(memory: MemorySize(mebibytes: 200)) },
        { $0.with(maximumMemory: MemorySize(mebibytes: 80)) }, { $0.with(maximumMemory: MemorySize(mebibytes: 16)) },
        { $0.with(weight: 512, cap: nil) }, { $0.with(weight: 300, cap: 50) }, { $0.with(weight: nil, cap: 0) },
        { $0.with(onlineVCPUs: 1) }, { $0.with(onlineVCPUs: 9) }, { $0.pinned(to: [2], vcpu: nil) },
        { $0.pinned(to: [0, 1, 3], vcpu: nil) }, { $0.pinned(to: [3], vcpu: 1) }, { $0.pinned(to: .any, vcpu: 1) },
        { $0.pinned(to: .any, vcpu: nil) }, { $0.pinned(to: [2], vcpu: 0) },
    ]

    static func config(_ fields: String) throws -> DomainConfig {
        try DomainConfig(
            SExpression.parseFirst(
                "(vm (name web) (memory 64) (maxmem 96) (vcpus 3) (image (linux (kernel /k))) \(fields))"))
    }

    @Test(arguments: ["", "(cpu 1) (cpu_weight 0.5)", "(cpus 0-1 any 3) (cpu_cap 20) (online_vcpus 2)"])
    func `what was decided is read again as it was decided`(_ fields: String) throws {
        for first in Self.decisions {
            for second in Self.decisions {
                let config = second(first(try Self.config(fields)))
                #expect(try DomainConfig(config.source) == config)
                #expect(config.memory <= config.maximumMemory && config.onlineVCPUs <= config.vcpus)
                for number in ["cpu", "cpus", "memory", "maxmem", "cpu_weight", "cpu_cap", "online_vcpus"] {
                    #expect(config.source.children(number).count <= 1)
                }
            }
        }
    }

    @Test(
        arguments: [
            ("(cpus 0-1)", [[0, 1]]), ("(cpus 0 any 2)", [[0], nil, [2]]), ("(cpus (() ()))", []),
            ("(cpus ((0 1) ()))", [[0, 1], nil]), ("(cpu 2) (cpus any)", []), ("(cpu 2)", [[2]]), ("(cpu -1)", []),
        ] as [(String, [[Int]?])])
    func `pins are read`(_ fields: String, _ pins: [[Int]?]) throws {
        #expect(try Self.config(fields).pins == pins.map { $0.map { CPUSet($0) } ?? .any })
    }

    @Test(arguments: [
        "(cpus x)", "(cpus 0 1 2 3)", "(cpus 3-1)", "(cpus (a))", "(cpu_cap -1)", "(cpu_cap much)", "(online_vcpus 0)",
        "(online_vcpus 4)",
    ])
    func `what cannot be is refused`(_ field: String) throws {
        #expect(throws: ConfigurationError.self) { try Self.config(field) }
    }
}

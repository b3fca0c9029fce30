import DomainModel
import SExpressions

/// A domain that is defined and does not run, as it is shown.
public struct DefinedDomain: Hashable, Sendable {
    /// No other domain has it.
    public var name: String
    /// What it has in all its lives.
    public var uuid: DomainUUID
    /// What it is made of.
    public var config: DomainConfig
    /// Whether it is to be started, and whether it is suspended.
    public var definition: Definition
    /// Of its configuration and settings.
    public var generation: UInt64
    /// Why it could not be started, if it could not.
    public var held: [String]

    /// nil: the record is of a domain that runs, or is not defined.
    public init?(_ record: DomainRecord) {
        guard record.stage == .defined, let config = record.config, let definition = record.definition else {
            return nil
        }
        name = record.name.rawValue
        uuid = record.uuid
        self.config = config
        self.definition = definition
        held = record.held
        generation = record.generation
    }

    /// What fits among what Xen 3 called the states of a domain.
    public var word: String { definition.suspendedIn == nil ? "halted" : "suspended" }
}

extension DefinedDomain: SExpressible {
    /// `(domain (name N) (memory M) (maxmem M) (state ------) [(held WHY)] (uuid U) (vcpus V) (defined halted) (devices)
    /// (config (vm …)))`: as that of one that runs, without what only that has.
    public func describe(to sink: inout some SExpressionSink) {
        sink.open("domain")
        sink.element("name", name)
        sink.element("memory", config.memory.mebibytes)
        sink.element("maxmem", config.maximumMemory.mebibytes)
        sink.element("state", "------")
        if !held.isEmpty {
            sink.open("held")
            for reason in held { sink.add(reason) }
            sink.close()
        }
        sink.element("uuid", uuid.description)
        sink.element("vcpus", config.vcpus)
        sink.element("generation", "\(generation)")
        sink.element("defined", word)
        sink.open("devices")
        sink.close()
        sink.open("config")
        sink.add(config.source)
        sink.close()
        sink.close()
    }

    /// As clients of Xen 3 read it: what a running one has, without a number and without a state.
    public var laterExpression: SExpression {
        var fields: [SExpression] = [
            .element("uuid", uuid), .element("name", name), .element("memory", config.memory.mebibytes),
            .element("maxmem", config.maximumMemory.mebibytes), .element("vcpus", config.vcpus),
            .laterMask(ofVCPUs: config.onlineVCPUs), .element("online_vcpus", config.onlineVCPUs),
        ]
        fields += config.source.laterFields
        fields.append(.element("status", 0))
        return .element("domain", fields + config.devices.map { .element("device", $0.source) })
    }
}

extension DefinedDomain {
    /// Those of a table that do not run, by name; of one that is named, itself alone.
    public static func all(_ reference: DomainReference?, in table: DomainTable) -> [DefinedDomain] {
        guard let reference else { return table.sorted.compactMap(DefinedDomain.init) }
        return (try? table.find(reference)).flatMap(DefinedDomain.init).map { [$0] } ?? []
    }
}

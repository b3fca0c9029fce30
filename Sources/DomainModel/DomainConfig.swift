import SExpressions

/// What was asked for: the `(vm …)` expression, checked (reference/domain.md §1).
///
/// `source` keeps the expression with every unknown field; the properties are what xend acts upon.
public struct DomainConfig: Hashable, Sendable {
    /// Larger values are mistakes, and would overflow Xen's counters.
    public static let maximumMebibytes = 16 * 1024 * 1024
    /// Xen's HVM_MAX_VCPUS; PV guests could have more, nobody did.
    public static let maximumVCPUs = 128
    /// More devices than this are a mistake or an attack.
    public static let maximumDevices = 256

    /// The expression as it was asked for, brought up to date by whatever changes the configuration.
    public internal(set) var source: SExpression
    /// Taken by no other domain: the table sees to that.
    public private(set) var name: DomainName
    /// What it shall have.
    public internal(set) var memory: MemorySize
    /// What it can grow to; not below ``memory``.
    public internal(set) var maximumMemory: MemorySize
    /// The physical cpus to run on: none = any; one set = all its virtual cpus; else one for each of them, from the first.
    public internal(set) var pins: [CPUSet]
    /// Its share of a contended cpu beside others: 1 is what everybody has (the credit scheduler's 256), above 0, at most
    /// 65535.
    public internal(set) var cpuWeight: Double
    /// What it may use at most, in per cent of one cpu; 0 = no limit.
    public internal(set) var cpuCap: Int
    /// Virtual cpus it is made with, from 1.
    public let vcpus: Int
    /// How many of them it shall use; not above ``vcpus``.
    public internal(set) var onlineVCPUs: Int
    /// nil: xend invents one.
    public internal(set) var uuid: DomainUUID?
    /// What it boots.
    public let image: ImageConfig
    /// What finds the kernel; nil: the image names it.
    public let bootLoader: BootLoader?
    /// The TCP port of the console; nil = 9600 + id.
    public let consolePort: UInt16?
    /// What becomes of it when it exits.
    public let exitActions: ExitActions
    /// What becomes of it, if it is defined, when the machine starts and goes down.
    public internal(set) var autostart: AutostartPolicy
    /// The kinds of back-end this domain offers to others: it is a driver domain if there are any.
    public let backends: Set<DeviceType>
    /// In the order in which they are connected.
    public private(set) var devices: [DeviceConfig]

    /// Checks the fields in the order of the original, so that of several mistakes the same one is reported.
    public init(_ source: SExpression) throws(ConfigurationError) {
        guard case .list(let members) = source, let head = members.first, case .atom = head else {
            throw ConfigurationError(
                "Configuration error: not an element", allowed: "(vm (name ...) (memory ...) (image ...) ...)")
        }
        let fields = ConfigurationReader(source)
        self.source = source
        name = try DomainName(fields.text("name") ?? "")
        cpuWeight = try Self.weight(fields)
        memory = try Self.memory(fields)
        let cpu = try fields.integer("cpu", in: -1...4095, error: "invalid cpu").flatMap { $0 < 0 ? nil : $0 }
        vcpus = try fields.integer("vcpus", in: 1...Self.maximumVCPUs, error: "invalid vcpus") ?? 1
        let available = try Self.availableVCPUs(fields, of: vcpus)
        onlineVCPUs = try fields.integer("online_vcpus", in: 1...vcpus, error: "invalid online_vcpus") ?? available
        pins = try Self.pins(source, vcpus: vcpus) ?? cpu.map { [CPUSet(cpu: $0)] } ?? []
        cpuCap = try fields.integer("cpu_cap", in: 0...65535, error: "invalid cpu_cap") ?? 0
        uuid = try Self.uuid(fields)
        let port = try fields.integer(
            "console", in: 1...65535, error: "invalid console:\(fields.text("console") ?? "")")
        consolePort = port.map(UInt16.init)
        bootLoader = BootLoader(source)
        image = try ImageConfig(source.childValue("image"), bootLoader: bootLoader)
        exitActions = try ExitActions(fields)
        autostart = try AutostartPolicy(fields)
        backends = try Self.backends(source)
        devices = try Self.devices(source)
        maximumMemory = try Self.maximumMemory(fields, memory: memory)
    }

    private static func weight(_ fields: ConfigurationReader) throws(ConfigurationError) -> Double {
        guard let text = fields.text("cpu_weight"), !text.isEmpty else { return 1 }
        guard let weight = Double(text), weight > 0, weight <= 65535 else {
            throw ConfigurationError(
                "invalid cpu weight", field: "cpu_weight", value: text, allowed: "a number above 0, at most 65535")
        }
        // A share of 256 is more than the scheduler can count; with the tools of Xen 3 it was an even one.
        return weight >= 256 ? weight / 256 : weight
    }

    private static func memory(_ fields: ConfigurationReader) throws(ConfigurationError) -> MemorySize {
        guard let size = try fields.integer("memory", in: 1...maximumMebibytes, error: "invalid memory") else {
            throw ConfigurationError("missing memory size", field: "memory", allowed: "whole megabytes, at least 1")
        }
        return MemorySize(mebibytes: size)
    }

    private static func maximumMemory(
        _ fields: ConfigurationReader, memory: MemorySize
    ) throws(ConfigurationError) -> MemorySize {
        let lowest = memory.mebibytes
        guard let text = fields.text("maxmem"), !text.isEmpty else { return memory }
        guard let size = Int(trimming: text), (lowest...maximumMebibytes).contains(size) else {
            throw ConfigurationError(
                "invalid maxmem: \(text)", field: "maxmem", value: text,
                allowed: "whole megabytes, not below memory (\(lowest))"
            ).inDevicePhase
        }
        return MemorySize(mebibytes: size)
    }

    private static func uuid(_ fields: ConfigurationReader) throws(ConfigurationError) -> DomainUUID? {
        guard let text = fields.text("uuid"), !text.isEmpty else { return nil }
        guard let uuid = DomainUUID(text: text) else {
            throw ConfigurationError(
                "invalid uuid", field: "uuid", value: text, allowed: "8-4-4-4-12 hexadecimal digits")
        }
        return uuid
    }

    private static func backends(_ source: SExpression) throws(ConfigurationError) -> Set<DeviceType> {
        var backends: Set<DeviceType> = []
        for element in source.children("backend") {
            let kind = element.children().first?.name ?? ""
            guard let type = DeviceType.byBackendName.first(where: { $0.name == kind })?.type else {
                throw ConfigurationError(
                    "invalid backend type:\(kind)", field: "backend", value: kind,
                    allowed: DeviceType.byBackendName.map { "(\($0.name))" }.joined(separator: ", "))
            }
            backends.insert(type)
        }
        return backends
    }

    private static func devices(_ source: SExpression) throws(ConfigurationError) -> [DeviceConfig] {
        let elements = source.children("device").filter { element in
            guard let name = element.children().first?.name, let word = WordTable.devices[name] else { return true }
            return word.treatment == .done
        }
        guard elements.count <= maximumDevices else {
            throw ConfigurationError(
                "too many devices", field: "device", value: String(elements.count),
                allowed: "at most \(maximumDevices)"
            ).inDevicePhase
        }
        var devices: [DeviceConfig] = []
        for element in elements {
            do {
                devices.append(try DeviceConfig(element))
            } catch {
                throw error.inDevicePhase
            }
        }
        return devices
    }
}

// MARK: - Changing

extension DomainConfig {
    /// The configuration under another name.
    public func renamed(_ name: DomainName) -> DomainConfig {
        var config = self
        config.name = name
        config.source = source.setting("name", to: .atom(name.rawValue))
        return config
    }

    /// The configuration of another domain that is made of the same.
    public func renamed(_ name: DomainName, uuid: DomainUUID) -> DomainConfig {
        var config = renamed(name)
        config.uuid = uuid
        config.source = config.source.setting("uuid", to: .atom(uuid.description))
        return config
    }

    /// The configuration with other devices: after attaching, detaching, or choosing addresses.
    public func with(devices: [DeviceConfig]) -> DomainConfig {
        var config = self
        config.devices = devices
        config.source = source.setting("device", toAll: devices.map(\.source))
        return config
    }

    /// Fully bound: every vif has its address, so that each life of the domain has the same one.
    /// - Parameter address: invents an address.
    public func bound(address: () -> MACAddress) -> DomainConfig {
        guard devices.contains(where: \.needsAddress) else { return self }
        return with(devices: devices.map { $0.bound(address: address) })
    }
}

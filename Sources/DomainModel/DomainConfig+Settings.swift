import SExpressions

/// What operators decide about a domain that lives: its configuration has it from then on, so that every later life has it too
/// (manual, decision 11).
extension DomainConfig {
    /// The configuration with another memory limit. What it shall have is never above.
    public func with(maximumMemory: MemorySize) -> DomainConfig {
        with(memory: min(memory, maximumMemory), maximum: maximumMemory)
    }

    /// The configuration with another size; its limit stays, unless it is below.
    public func with(memory: MemorySize) -> DomainConfig {
        with(memory: memory, maximum: max(memory, maximumMemory))
    }

    private func with(memory: MemorySize, maximum: MemorySize) -> DomainConfig {
        var config = self
        config.memory = memory
        config.maximumMemory = maximum
        config.source = source.setting("memory", to: .atom(String(memory.mebibytes)))
            .setting("maxmem", to: .atom(String(maximum.mebibytes)))
        return config
    }

    /// The configuration with another share of the cpus.
    ///
    /// - Parameters:
    ///   - weight: in the credit scheduler's measure, where 256 is what everybody has; nil = as it is.
    ///   - cap: in per cent of one cpu, 0 = none; nil = as it is.
    public func with(weight: Int?, cap: Int?) -> DomainConfig {
        var config = self
        if let weight {
            config.cpuWeight = Double(weight) / 256
            let text = weight % 256 == 0 ? String(weight / 256) : String(config.cpuWeight)
            config.source = config.source.setting("cpu_weight", to: .atom(text))
        }
        if let cap {
            config.cpuCap = cap
            config.source = config.source.setting("cpu_cap", to: .atom(String(cap)))
        }
        return config
    }

    /// The configuration with another number of virtual cpus in use.
    public func with(onlineVCPUs: Int) -> DomainConfig {
        var config = self
        config.onlineVCPUs = min(vcpus, onlineVCPUs)
        config.source = source.setting("online_vcpus", to: .atom(String(config.onlineVCPUs)))
        return config
    }

    /// The configuration pinned to other cpus.
    ///
    /// - Parameter vcpu: nil = all its virtual cpus.
    public func pinned(to cpus: CPUSet, vcpu: Int?) -> DomainConfig {
        var all = (0..<vcpus).map(pin(of:))
        for number in all.indices where vcpu == nil || vcpu == number { all[number] = cpus }
        let isUniform = all.allSatisfy { $0 == all[0] }
        var config = self
        config.pins = isUniform ? (all[0] == .any ? [] : [all[0]]) : all
        // The field of 2004 where it is enough.
        let single = isUniform ? all[0].cpu.flatMap { $0 < 0 ? nil : $0 } : nil
        config.source = source.setting("cpu", toAll: single.map { [.atom(String($0))] } ?? [])
            .setting("cpus", toAll: [])
        if single == nil, !config.pins.isEmpty, case .list(let members) = config.source {
            config.source = .list(members + [.element("cpus", config.pins.map { .atom($0.text) })])
        }
        return config
    }

    /// Where a virtual cpu may run.
    func pin(of vcpu: Int) -> CPUSet {
        pins.count == 1 ? pins[0] : pins.indices.contains(vcpu) ? pins[vcpu] : .any
    }

    /// The first vcpu that is pinned to a cpu which a machine with so many has not, in words; nil when there is none.
    public func pinBeyond(cpus count: Int) -> String? {
        for vcpu in 0..<vcpus {
            guard let cpu = pin(of: vcpu).cpus?.filter({ $0 >= count }).min() else { continue }
            return "vcpu \(vcpu) is pinned to cpu \(cpu), and the machine has cpus 0 to \(count - 1)"
        }
        return nil
    }

    /// The physical cpu to run on, where there is one; nil = any, or several.
    public var cpu: Int? { pins.count == 1 ? pins[0].cpu : nil }

    /// Reads `(cpus 0-1)`, `(cpus 0-1 any 3)`, and as Xen 3 wrote it `(cpus ((0 1) ()))`.
    ///
    /// - Returns: nil when nothing is said.
    static func pins(_ source: SExpression, vcpus: Int) throws(ConfigurationError) -> [CPUSet]? {
        guard var members = source.child("cpus")?.children(), !members.isEmpty else { return nil }
        if members.count == 1, let inner = members[0].list, inner.allSatisfy({ $0.list != nil }) { members = inner }
        let sets = members.map { member in
            guard let list = member.list else { return CPUSet(member.atom ?? "") }
            return list.isEmpty ? .any : CPUSet(list.map { $0.atom ?? "" }.joined(separator: ","))
        }
        let known = sets.compactMap(\.self)
        guard known.count == sets.count, known.count <= vcpus else {
            throw ConfigurationError(
                "invalid cpus", field: "cpus", value: members.map(\.description).joined(separator: " "),
                allowed: "cpus as in 0-1,3, or any; one for all vcpus, or one for each")
        }
        return known.allSatisfy { $0 == .any } ? [] : known
    }

    /// `(vcpu_avail MASK)` as Xen 3 wrote it: a bit for each virtual cpu in use. They are taken in use from the first.
    static func availableVCPUs(_ fields: ConfigurationReader, of vcpus: Int) throws(ConfigurationError) -> Int {
        guard let text = fields.text("vcpu_avail"), !text.isEmpty else { return vcpus }
        guard let mask = UInt64(text), mask & 1 == 1, mask & (mask &+ 1) == 0 else {
            throw ConfigurationError(
                "invalid vcpu_avail", field: "vcpu_avail", value: text,
                allowed: "a bit for each virtual cpu in use, from the first on without a gap")
        }
        return min(vcpus, mask.trailingZeroBitCount == 0 ? (~mask).trailingZeroBitCount : vcpus)
    }
}

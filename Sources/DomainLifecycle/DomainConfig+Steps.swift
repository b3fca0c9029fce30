import DomainModel

/// How a domain gets what its configuration says of memory and cpus: when it is built, when it arrives, and when a setting is taken
/// back.
extension DomainConfig {
    /// Xenstore is told of it, with the size it shall have and the virtual cpus it shall use.
    var introduction: Step {
        .introduce(memory: memory, maximum: maximumMemory, vcpus: vcpus, online: onlineVCPUs)
    }

    /// Where it may run, and its share, as far as a new domain has not got that anyway.
    var scheduling: [Step] {
        let share = Step.weigh(weight: weight == 256 ? nil : weight, cap: cpuCap == 0 ? nil : cpuCap)
        return (pins.isEmpty ? [] : pinning) + (share == .weigh(weight: nil, cap: nil) ? [] : [share])
    }

    /// All of it, for a domain that lives.
    public var settings: [Step] {
        [.limitMemory(maximumMemory), .setMemoryTarget(memory), .setVCPUs(onlineVCPUs)]
            + (pins.isEmpty ? [.pin(.any, vcpu: nil)] : pinning) + [.weigh(weight: weight, cap: cpuCap)]
    }

    private var pinning: [Step] {
        pins.count == 1
            ? [.pin(pins[0], vcpu: nil)] : pins.enumerated().map { .pin($0.element, vcpu: $0.offset) }
    }

    /// In the credit scheduler's measure: 1 is what every domain has, and 256 is what Xen calls that.
    private var weight: Int { Int((cpuWeight * 256).rounded()) }

    /// The configuration of a domain about which this has been decided.
    func deciding(_ step: Step) -> DomainConfig {
        if case .limitMemory(let size) = step { return with(maximumMemory: size) }
        if case .setMemoryTarget(let size) = step { return with(memory: size) }
        if case .setVCPUs(let count) = step { return with(onlineVCPUs: count) }
        if case .pin(let cpus, let vcpu) = step { return pinned(to: cpus, vcpu: vcpu) }
        if case .weigh(let weight, let cap) = step { return with(weight: weight, cap: cap) }
        if case .setting(let step) = step { return deciding(step) }
        return self
    }
}

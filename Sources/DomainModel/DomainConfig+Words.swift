import SExpressions

/// What is to be said of the names in a configuration. Only who asks for a domain is told: what is kept already stays as it is.
extension DomainConfig {
    /// Names without effect, and what was taken otherwise than it stands there.
    public var warnings: [String] {
        var warnings = verdicts.warnings
        if let text = source.childText("cpu_weight"), let weight = Double(text), weight >= 256 {
            warnings.append("cpu_weight \(text) is taken as Xen 3 counts, where 256 is an even share; here that is 1")
        }
        return warnings + ExitActions.warnings(ConfigurationReader(source))
    }

    /// Why it would be less than was asked for; nil: all that was asked for can be.
    public var refusal: ConfigurationError? { verdicts.refusal }

    private var verdicts: [WordTable.Verdict] {
        let image = source.childValue("image").map { WordTable.image.verdicts(on: $0, prefix: "image: ") } ?? []
        let others = source.children("device").compactMap { $0.children().first?.name }
            .filter { WordTable.devices[$0]?.treatment != .done }
            .map { WordTable.devices.verdict(on: $0, value: "asked for", prefix: "device ") }
        let all = WordTable.vm.verdicts(on: source) + image + others + devices.flatMap(\.settings.verdicts)
        // Of several devices each says the same.
        var said: Set<WordTable.Verdict> = []
        return all.filter { said.insert($0).inserted }
    }
}

extension DeviceConfig {
    /// Names without effect.
    public var warnings: [String] { settings.verdicts.warnings }

    /// Why it would be less than was asked for; nil: all that was asked for can be.
    public var refusal: ConfigurationError? { settings.verdicts.refusal }
}

extension DeviceSettings {
    var verdicts: [WordTable.Verdict] { Self.words.verdicts(on: source, prefix: "\(source.name ?? ""): ") }
}

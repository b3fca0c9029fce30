import DomainModel

/// What may be asked for now: for those who show what can be done before anybody asks.
extension PlanDrafter {
    /// Why operations would be refused, or would change nothing, by their names on the wire; what is not named would be begun.
    ///
    /// The rules themselves are asked, each with parameters that it allows. What depends on the parameters alone is left out: another
    /// device or another size may be right.
    public func refusals(of record: DomainRecord) -> [String: String] {
        var refusals: [String: String] = [:]
        for (name, operation) in OperationRule.plainest {
            var copy = record
            do throws(Refusal) {
                _ = try draft(operation, &copy)
                if let word = needless(operation, record) { refusals[name] = "\(record.title) \(word)" }
            } catch {
                if !error.isAboutParameters { refusals[name] = error.description }
            }
        }
        return refusals
    }

    /// Completes "domain 7 "web" …" when the operation is allowed and leaves everything as it is.
    private func needless(_ operation: DomainOperation, _ record: DomainRecord) -> String? {
        guard let report = table.reports[record.uuid], record.stage == .live else { return nil }
        return switch operation {
        case .pause where report.isPaused: "is paused already"
        case .unpause where !report.isPaused: "runs already"
        default: nil
        }
    }
}

extension OperationRule {
    /// One operation of each row that is done to a domain, with its name.
    public static let plainest: [(name: String, operation: DomainOperation)] = all(of: .domain).compactMap { rule in
        guard case .domain(let operation)? = try? rule.asked(GivenArguments(fields: rule.example)) else { return nil }
        return (rule.name, operation)
    }
}

extension Refusal {
    /// Another parameter might be taken.
    fileprivate var isAboutParameters: Bool {
        switch self {
        case .noSuchDomain, .nameClash, .invalidBackend, .stale, .noSuchDevice, .deviceNumberTaken, .memoryAboveMaximum,
            .passthrough, .invalid:
            true
        case .domainZero, .foreign, .wrongStage, .notInDoubt, .unconfigured, .alreadyConfigured, .restartTooSoon,
            .notDefined,
            .suspended, .tooManyDevices, .tooManyDomains, .tooFewDescriptors, .tooManyWaiting, .notSupported, .stopping:
            false
        }
    }
}

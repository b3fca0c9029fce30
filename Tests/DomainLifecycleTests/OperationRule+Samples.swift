import DomainLifecycle

extension OperationRule {
    /// One operation of each row that is done to a domain, with its name.
    static var samples: [(name: String, operation: DomainOperation)] {
        all(of: .domain).compactMap { rule in
            guard case .domain(let operation)? = try? rule.asked(GivenArguments(fields: rule.example)) else {
                return nil
            }
            return (rule.name, operation)
        }
    }
}

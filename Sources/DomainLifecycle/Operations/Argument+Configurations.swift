import DomainModel
import SExpressions

/// Configurations of domains and devices out of parameters.
extension Argument where Value == DomainConfig {
    /// What `create` is given: one s-expression. What follows it and is none is ignored, even garbage, as the original did; a second
    /// one is refused, where the original dropped it in silence.
    public static func newDomain(_ name: String) -> Argument {
        var argument = Argument([name], .expression) { field throws(OperationError) in
            let source = try configuration(in: firstExpression(field))
            do throws(ConfigurationError) {
                let config = try DomainConfig(source)
                if let refusal = config.refusal { throw refusal }
                return config
            } catch {
                throw invalid(creationText(error.description, isLate: error.isLate))
            }
        }
        argument.takesFirstFilled = true
        argument.missing = "Configuration error: no configuration (parameter \(name))"
        return argument
    }
}

/// What `list --long` shows of a domain is a configuration too: `(domain … (config (vm …)))`. So is what clients of Xen 3 are shown,
/// `(domain … (status N) …)`, whose weight is the credit scheduler's however small it is.
private func configuration(in expression: SExpression) -> SExpression {
    guard expression.isElement("domain") else { return expression }
    if let config = expression.childValue("config"), config.list != nil { return config }
    guard expression.child("status") != nil,
        let weight = expression.childText("cpu_weight").flatMap(Int.init), weight > 0
    else { return expression }
    let share = weight % 256 == 0 ? String(weight / 256) : String(Double(weight) / 256)
    return expression.setting("cpu_weight", to: .atom(share))
}

/// What `configure` is given: a whole `(domain … (config (vm …)))`.
func configuredDomain(_ expression: SExpression) throws(OperationError) -> DomainConfig {
    guard let source = expression.childValue("config"), source.list != nil else {
        throw invalid("invalid config: it must be (domain ... (config (vm ...)))")
    }
    do {
        return try DomainConfig(source)
    } catch {
        throw invalid(error.description)
    }
}

/// `(vif …)`, `(vbd …)`
func device(_ expression: SExpression) throws(OperationError) -> DeviceConfig {
    do throws(ConfigurationError) {
        let config = try DeviceConfig(expression)
        if let refusal = config.refusal { throw refusal }
        return config
    } catch {
        throw invalid(error.description)
    }
}

/// What went wrong with a domain before its devices had their turn has a prefix, what comes later has none, as in xend 2.0.
private func creationText(_ text: String, isLate: Bool) -> String {
    let stands = ["Configuration error", "Error creating domain"].contains { text.hasPrefix($0) }
    return isLate || stands ? text : "Error creating domain: \(text)"
}

private func firstExpression(_ field: ArgumentText) throws(OperationError) -> SExpression {
    var reader = SXPReader()
    var problem: SXPError?
    do {
        try reader.feed(field.value)
        try reader.finish()
    } catch {
        problem = error
    }
    if let first = reader.next() {
        while let next = reader.next() {
            guard next.list != nil else { continue }
            let names = [first, next].map { "\"\($0.childText("name") ?? "")\"" }
            throw invalid(
                "Configuration error: there is a second domain, \(names[1]), behind \(names[0]): a request makes one; nothing was made "
                    + "(xm create -F sends a file of several one by one)")
        }
        return first
    }
    let file = field.fileName.flatMap { $0.isEmpty ? nil : $0 } ?? "config"
    throw invalid("Configuration error: \(problem?.describe(file: file) ?? "\(file) is empty")")
}

private func invalid(_ text: String) -> OperationError { OperationError(.invalid, text) }

import DomainLifecycle
import DomainModel
import SExpressions

/// Reads domain and device configurations out of parameters.
enum ConfigurationText {
    /// What `create` was given: the first s-expression counts, the rest is ignored, even garbage
    /// (reference/http-api.md §6.5).
    static func domain(_ form: Form) throws(Failure) -> DomainConfig {
        // Of a file and a text box, browsers send both: the one that is not blank counts.
        let fields = form.values("config")
        guard let field = fields.first(where: { !$0.value.isEmpty }) ?? fields.first else {
            throw invalid("Configuration error: no configuration (parameter config)")
        }
        let source = try firstExpression(field)
        do {
            return try DomainConfig(source)
        } catch {
            throw invalid(creationText(error.description, isLate: error.isLate))
        }
    }

    /// What `configure` was given: a whole `(domain … (config (vm …)))`.
    static func configured(_ expression: SExpression) throws(Failure) -> DomainConfig {
        guard let source = expression.childValue("config"), source.list != nil else {
            throw invalid("invalid config: it must be (domain ... (config (vm ...)))")
        }
        do {
            return try DomainConfig(source)
        } catch {
            throw invalid(error.description)
        }
    }

    static func device(_ expression: SExpression) throws(Failure) -> DeviceConfig {
        do {
            return try DeviceConfig(expression)
        } catch {
            throw invalid(error.description)
        }
    }

    /// What went wrong with a domain before its devices had their turn has a prefix, what comes later has none
    /// (reference/http-api.md §6.5).
    private static func creationText(_ text: String, isLate: Bool) -> String {
        let stands = ["Configuration error", "Error creating domain"].contains { text.hasPrefix($0) }
        return isLate || stands ? text : "Error creating domain: \(text)"
    }

    private static func firstExpression(_ field: Form.Field) throws(Failure) -> SExpression {
        var reader = SXPReader()
        var problem: SXPError?
        do {
            try reader.feed(field.value)
            try reader.finish()
        } catch {
            problem = error
        }
        if let first = reader.next() { return first }
        let file = field.fileName.flatMap { $0.isEmpty ? nil : $0 } ?? "config"
        throw invalid("Configuration error: \(problem?.describe(file: file) ?? "\(file) is empty")")
    }

    private static func invalid(_ text: String) -> Failure { Failure(OperationError(.invalid, text)) }
}

/// A configuration that cannot be used: the wire text of 2004, then the field, the value and what is allowed.
public struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The text programs know: `invalid vm name`, `vbd: Missing dev`.
    public var text: String
    /// The field at fault, by its name in the configuration; nil where it is none of one field.
    public var field: String?
    /// What the field said.
    public var value: String?
    /// What would have been right.
    public var allowed: String?
    /// About a device or `maxmem`: the original checked these late and reported them without the prefix
    /// `Error creating domain: ` (reference/http-api.md §6.5).
    public var isLate = false

    public init(_ text: String, field: String? = nil, value: String? = nil, allowed: String? = nil) {
        self.text = text
        self.field = field
        self.value = value
        self.allowed = allowed
    }

    var inDevicePhase: ConfigurationError {
        var error = self
        error.isLate = true
        return error
    }

    public var description: String {
        guard let allowed else { return text }
        let place = [field, value.map { "is \"\($0)\"" }].compactMap { $0 }.joined(separator: " ")
        return place.isEmpty ? "\(text) (allowed: \(allowed))" : "\(text) (\(place); allowed: \(allowed))"
    }
}

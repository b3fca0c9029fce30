import SExpressions

/// A PCI device to pass through: `(pci (bus …) (dev …) (func …))` (reference/domain.md §1.4).
public struct PCIConfig: DeviceSettings {
    /// The names that it may have.
    public static var words: WordTable { .pci }
    /// The `(pci …)` as it was asked for.
    public let source: SExpression
    /// Where the device is on the machine.
    public let bus, device, function: Int
    /// It is the machine's: no driver domain serves it.
    public var backend: DomainReference? { nil }

    init(_ source: SExpression) throws(ConfigurationError) {
        // Xen 3 had each of several in a `(dev (domain …) (bus …) (slot …) (func …))`; the first stands for all, as none is passed.
        let first = source.child("dev").flatMap { $0.children().first?.list == nil ? nil : $0 }
        let fields = ConfigurationReader(first ?? source)
        self.source = source
        bus = try Self.number(fields, "bus", limit: 255)
        device = try Self.number(fields, first == nil ? "dev" : "slot", limit: 31)
        function = try Self.number(fields, "func", limit: 7)
    }

    /// Decimal, or hexadecimal with `0x`.
    private static func number(
        _ fields: ConfigurationReader, _ field: String, limit: Int
    ) throws(ConfigurationError) -> Int {
        guard let text = fields.text(field), !text.isEmpty else {
            throw ConfigurationError("pci: Missing \(field)", field: field, allowed: "0 to \(limit)")
        }
        let value = text.hasPrefix("0x") ? Int(text.dropFirst(2), radix: 16) : Int(trimming: text)
        guard let value, (0...limit).contains(value) else {
            throw ConfigurationError("pci: invalid parameter", field: field, value: text, allowed: "0 to \(limit)")
        }
        return value
    }
}

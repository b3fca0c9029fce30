import SExpressions

/// A network interface: `(vif (mac …) (bridge …) (script …) (ip …) (backend …))` (reference/domain.md §1.2).
public struct VIFConfig: DeviceSettings {
    /// More addresses than this do not fit on a script's command line sensibly.
    public static let maximumAddresses = 64

    /// The names that it may have.
    public static var words: WordTable { .vif }
    /// The `(vif …)` as it was asked for, with the address that was invented.
    public private(set) var source: SExpression
    /// nil until xend has invented one.
    public private(set) var address: MACAddress?
    /// nil: `vif-bridge` of xend-config, when the script runs.
    public private(set) var bridge: String?
    /// nil: `vif-script` of xend-config, when the script runs.
    public private(set) var script: String?
    /// Addresses or CIDR blocks the guest may use; empty = any.
    public private(set) var ip: [String]
    /// The driver domain; nil = domain 0.
    public let backend: DomainReference?
    /// What the guest may send; nil: all it can.
    public let rate: TransmitRate?
    /// What the interface is called on the machine that serves it; nil: `vifD.N`.
    public let interfaceName: String?
    /// Bytes in a frame; nil: as the bridge has.
    public let mtu: Int?

    init(_ source: SExpression) throws(ConfigurationError) {
        let fields = ConfigurationReader(source)
        self.source = source
        if let text = fields.text("mac"), !text.isEmpty {
            guard let address = MACAddress(text: text) else {
                throw ConfigurationError(
                    "invalid mac", field: "mac", value: text, allowed: "six hexadecimal bytes with : between them")
            }
            self.address = address
        }
        bridge = try Self.interfaceName(fields, "bridge")
        script = try scriptName(fields.text("script"))
        ip = fields.texts("ip")
        for address in ip where !Self.isAddress(address) {
            throw ConfigurationError(
                "invalid ip", field: "ip", value: address, allowed: "an IP address, or address/prefix length")
        }
        guard ip.count <= Self.maximumAddresses else {
            throw ConfigurationError(
                "too many ip", field: "ip", value: String(ip.count), allowed: "at most \(Self.maximumAddresses)")
        }
        backend = try backendReference(fields)
        rate = try TransmitRate(fields)
        interfaceName = try Self.interfaceName(fields, "vifname")
        mtu = try fields.integer("mtu", in: 68...65535, error: "invalid mtu")
    }

    func with(address: MACAddress) -> VIFConfig {
        var vif = self
        vif.address = address
        vif.source = source.setting("mac", to: .atom(address.description))
        return vif
    }

    /// What `device_configure` may change (bridge, script, the whole list of addresses), taken from `change`.
    /// - Throws: `cannot change mac`, `cannot change backend`.
    public func configured(by change: VIFConfig) throws(ConfigurationError) -> VIFConfig {
        guard change.address == nil || change.address == address else {
            throw ConfigurationError("cannot change mac", field: "mac")
        }
        guard change.backend == nil || change.backend == backend else {
            throw ConfigurationError("cannot change backend", field: "backend")
        }
        var vif = self
        if let bridge = change.bridge {
            vif.bridge = bridge
            vif.source = vif.source.setting("bridge", to: .atom(bridge))
        }
        if let script = change.script {
            vif.script = script
            vif.source = vif.source.setting("script", to: .atom(script))
        }
        if !change.ip.isEmpty {
            vif.ip = change.ip
            vif.source = vif.source.setting("ip", toAll: change.ip.map(SExpression.atom))
        }
        return vif
    }

    /// A name Linux accepts for an interface (IFNAMSIZ 16, no slash, no blank), or `null` for no bridge.
    private static func interfaceName(
        _ fields: ConfigurationReader, _ field: String
    ) throws(ConfigurationError) -> String? {
        guard let name = fields.text(field), !name.isEmpty else { return nil }
        let isPlain = name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") }
        guard isPlain, name.utf8.count < 16, name != ".", name != "..", !name.hasPrefix("-") else {
            throw ConfigurationError(
                "invalid \(field)", field: field, value: name,
                allowed: "the name of an interface: at most 15 printable characters without / and blanks")
        }
        return name
    }

    private static func isAddress(_ text: String) -> Bool {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = parts.first else { return false }
        let isV6 = address.contains(":")
        if parts.count == 2 {
            guard let length = Int(parts[1]), (0...(isV6 ? 128 : 32)).contains(length) else { return false }
        }
        return isV6 ? isV6Address(address) : isV4Address(address)
    }

    private static func isV4Address(_ text: Substring) -> Bool {
        let bytes = text.split(separator: ".", omittingEmptySubsequences: false)
        return bytes.count == 4
            && bytes.allSatisfy { (1...3).contains($0.utf8.count) && $0.utf8.allSatisfy(isDigit) && UInt8($0) != nil }
    }

    private static func isV6Address(_ text: Substring) -> Bool {
        let groups = text.split(separator: ":", omittingEmptySubsequences: false)
        let hasGap = text.contains("::")
        guard (3...8).contains(groups.count), hasGap || groups.count == 8, text.split(separator: "::").count <= 2
        else { return false }
        return groups.allSatisfy { $0.utf8.count <= 4 && $0.utf8.allSatisfy { hexadecimalValue($0) != nil } }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}

/// The name of a script: looked up in `/etc/xen` unless it begins with `/` (manual D4). It may not climb out of there. Words behind it
/// are for the script: `vif-bridge vlan=20`.
func scriptName(_ text: String?) throws(ConfigurationError) -> String? {
    guard let text, !text.isEmpty else { return nil }
    let name = text.prefix { $0 != " " }
    let climbs = !name.hasPrefix("/") && name.split(separator: "/").contains("..")
    let words = text.split(separator: " ").dropFirst()
    guard !climbs, !name.isEmpty, words.allSatisfy({ $0.contains("=") && !$0.hasPrefix("=") }),
        !text.utf8.contains(where: { $0 < 0x20 }), text.utf8.count < 4096
    else {
        throw ConfigurationError(
            "invalid script", field: "script", value: text,
            allowed: "a file name in /etc/xen, or an absolute path; KEY=VALUE behind it")
    }
    return text
}

/// The driver domain of a device, by id or name; nil = domain 0.
func backendReference(_ fields: ConfigurationReader) throws(ConfigurationError) -> DomainReference? {
    guard let text = fields.text("backend"), !text.isEmpty, text != "0" else { return nil }
    if DomainID(text: text) == nil {
        guard (try? DomainName(text)) != nil else {
            throw ConfigurationError(
                "invalid backend domain", field: "backend", value: text, allowed: "the id or the name of a domain")
        }
    }
    return DomainReference(text)
}

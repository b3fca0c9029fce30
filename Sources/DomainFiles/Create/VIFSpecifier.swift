// One entry of `vif`.

import DomainModel
import SExpressions

/// A network interface: `mac=M,bridge=B,script=S,backend=N,ip=A`, each part optional, blanks allowed.
package struct VIFSpecifier: Equatable {
    /// The fields of `(vif …)` in the order in which they are sent; several addresses are separated by blanks.
    private static let fields = ["mac", "bridge", "script", "backend", "ip", "rate", "vifname", "mtu"]

    private var values: [String: String] = [:]
    /// Names without effect.
    package private(set) var warnings: [String] = []

    /// An interface of which nothing is said.
    package init() {}

    /// Reads an entry; an empty one means an interface of which nothing is said.
    /// - Throws: `Invalid vif specifier: …`, with the very word.
    package init(_ text: String) throws(DomainFileFailure) {
        for part in text.split(separator: ",") {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map {
                PythonText.stripped($0)
            }
            if pair == [""] { continue }
            if pair == ["trusted"] || pair == ["untrusted"] {
                try set(pair[0], "1", text)
                continue
            }
            guard pair.count == 2 else { throw VIFSpecifier.failure(text, "\"\(pair[0])\" is not KEY=VALUE") }
            try set(pair[0], pair[1], text)
        }
        try combine(text)
    }

    private static func failure(_ text: String, _ why: String) -> DomainFileFailure {
        .init("Invalid vif specifier: \(text) (\(why))")
    }

    private mutating func set(_ key: String, _ value: String, _ text: String) throws(DomainFileFailure) {
        guard WordTable.network[key] != nil else {
            let known = WordTable.network.words.map(\.name)
            throw VIFSpecifier.failure(text, "unknown key \"\(key)\"\(Suggestion.phrase(for: key, among: known))")
        }
        let isDistrust = key == "trusted" && ["0", "no", "false"].contains(value)
        switch WordTable.network.verdict(
            on: isDistrust ? "untrusted" : key, value: isDistrust ? "1" : value, prefix: "vif: ")
        {
        case .accepted: values[key] = value
        case .warning(let warning): warnings.append(warning)
        case .refusal(let why): throw VIFSpecifier.failure(text, why)
        }
    }

    /// What xl says with a key of its own, xend says with the bridge or the script.
    private mutating func combine(_ text: String) throws(DomainFileFailure) {
        if let vlan = values["vlan"], !vlan.isEmpty {
            guard let bridge = values["bridge"], let number = Int(vlan), (1...4094).contains(number) else {
                throw VIFSpecifier.failure(text, "vlan \(vlan): say bridge=NAME and a vlan from 1 to 4094")
            }
            values["bridge"] = "\(bridge).\(number)"
        }
        guard let device = values["gatewaydev"] ?? values["netdev"], !device.isEmpty else { return }
        if let script = values["script"] {
            values["script"] = "\(script) netdev=\(device)"
        } else {
            warnings.append(
                "vif: \(values["gatewaydev"] == nil ? "netdev" : "gatewaydev") is without effect: only scripts that route take it, such as script=vif-route"
            )
        }
    }

    /// `(device (vif …))`.
    /// - Parameter inventedMAC: the address to use where none is given.
    package func expression(inventedMAC: () -> String) -> SExpression {
        var fields: [SExpression] = []
        for name in VIFSpecifier.fields {
            let value = values[name] ?? ""
            switch name {
            case "mac": fields.append(.element(name, .atom(value.isEmpty ? inventedMAC() : value)))
            case "ip": fields += value.split(separator: " ").map { .element(name, .atom(String($0))) }
            default: if values[name] != nil { fields.append(.element(name, .atom(value))) }
            }
        }
        return .element("device", .element("vif", fields))
    }

    /// An address as Xen 2.0 invented it: a prefix nobody has been assigned, then 7 and twice 8 random bits.
    package static func randomMAC(_ byte: () -> UInt8) -> String {
        func digits(_ value: UInt8) -> String { (value < 16 ? "0" : "") + String(value, radix: 16) }
        return "aa:00:00:" + digits(byte() & 0x7F) + ":" + digits(byte()) + ":" + digits(byte())
    }
}

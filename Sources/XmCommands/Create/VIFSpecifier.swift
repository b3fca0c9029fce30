// One entry of `vif`, and one of `pci`.

import SExpressions

/// A network interface: `mac=M,bridge=B,script=S,backend=N,ip=A`, each part optional, blanks allowed.
struct VIFSpecifier: Equatable {
    var mac: String?
    var bridge: String?
    var script: String?
    var backend: String?
    /// Addresses the guest may use; several are separated by blanks.
    var addresses: [String] = []

    /// An interface of which nothing is said.
    init() {}

    /// Reads an entry; an empty one means an interface of which nothing is said.
    /// - Throws: `Invalid vif specifier: …`.
    init(_ text: String) throws(XmFailure) {
        for part in text.split(separator: ",") {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map {
                PythonText.stripped($0)
            }
            if pair == [""] { continue }
            guard pair.count == 2 else { throw .error("Invalid vif specifier: \(text)") }
            try set(pair[0], pair[1], text)
        }
    }

    private mutating func set(_ key: String, _ value: String, _ text: String) throws(XmFailure) {
        switch key {
        case "mac": mac = value
        case "bridge": bridge = value
        case "script": script = value
        case "backend": backend = value
        case "ip": addresses = value.split(separator: " ").map(String.init)
        // Names and limits of later versions, and what belongs to emulated cards: nothing here acts upon them.
        case "vifname", "type", "model", "rate", "accel", "policy", "label", "gatewaydev", "devid", "netdev": break
        default: throw .error("Invalid vif specifier: \(text)")
        }
    }

    /// `(device (vif …))`.
    /// - Parameter inventedMAC: the address to use where none is given.
    func expression(inventedMAC: () -> String) -> SExpression {
        var fields: [SExpression] = [.element("mac", mac ?? inventedMAC())]
        if let bridge { fields.append(.element("bridge", bridge)) }
        if let script { fields.append(.element("script", script)) }
        if let backend { fields.append(.element("backend", backend)) }
        fields += addresses.map { .element("ip", $0) }
        return .element("device", .element("vif", fields))
    }

    /// An address as Xen 2.0 invented it: a prefix nobody has been assigned, then 7 and twice 8 random bits.
    static func randomMAC(_ byte: () -> UInt8) -> String {
        func digits(_ value: UInt8) -> String { (value < 16 ? "0" : "") + String(value, radix: 16) }
        return "aa:00:00:" + digits(byte() & 0x7F) + ":" + digits(byte()) + ":" + digits(byte())
    }
}

/// A PCI device: `BUS,DEV,FUNC` in hexadecimal, or `[0000:]BUS:DEV.FUNC`.
struct PCISpecifier: Equatable {
    var bus: String
    var device: String
    var function: String

    /// Reads an entry.
    /// - Throws: `Invalid pci specifier: …`.
    init(_ text: String) throws(XmFailure) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { PythonText.stripped($0) }
        let modern = parts[0].split(separator: ":", omittingEmptySubsequences: false)
        if modern.count > 1, let last = modern.last {
            let place = last.split(separator: ".", omittingEmptySubsequences: false)
            guard place.count == 2, modern.count < 4 else { throw .error("Invalid pci specifier: \(text)") }
            (bus, device, function) = (String(modern[modern.count - 2]), String(place[0]), String(place[1]))
        } else {
            guard parts.count == 3 else { throw .error("Invalid pci specifier: \(text)") }
            (bus, device, function) = (parts[0], parts[1], parts[2])
        }
    }

    /// `(device (pci …))`.
    var expression: SExpression {
        .element(
            "device",
            .element(
                "pci", .element("bus", "0x" + bus), .element("dev", "0x" + device), .element("func", "0x" + function)))
    }
}

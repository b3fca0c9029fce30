// One entry of `pci`.

import SExpressions

/// A PCI device: `BUS,DEV,FUNC` in hexadecimal, or `[0000:]BUS:DEV.FUNC`.
struct PCISpecifier: Equatable {
    var bus: String
    var device: String
    var function: String

    /// Reads an entry.
    /// - Throws: `Invalid pci specifier: …`.
    init(_ text: String) throws(DomainFileFailure) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { PythonText.stripped($0) }
        let modern = parts[0].split(separator: ":", omittingEmptySubsequences: false)
        if modern.count > 1, let last = modern.last {
            let place = last.split(separator: ".", omittingEmptySubsequences: false)
            guard place.count == 2, modern.count < 4 else { throw .init("Invalid pci specifier: \(text)") }
            (bus, device, function) = (String(modern[modern.count - 2]), String(place[0]), String(place[1]))
        } else {
            guard parts.count == 3 else { throw .init("Invalid pci specifier: \(text)") }
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

// One entry of `pci`.

import SExpressions

/// A PCI device: `BUS,DEV,FUNC` in hexadecimal, or `[0000:]BUS:DEV.FUNC`.
struct PCISpecifier: Equatable {
    var bus: String
    var device: String
    var function: String
    /// The part of the machine that it is in, where that is not the first.
    var domain: String?
    /// `permissive=1`, `seize=1` and what else stands behind it.
    var options: [String] = []

    /// Reads an entry.
    /// - Throws: `Invalid pci specifier: …`.
    init(_ text: String) throws(DomainFileFailure) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { PythonText.stripped($0) }
        let modern = parts[0].split(separator: ":", omittingEmptySubsequences: false)
        if modern.count > 1, let last = modern.last {
            let place = last.split(separator: ".", omittingEmptySubsequences: false)
            guard place.count == 2, modern.count < 4 else { throw .init("Invalid pci specifier: \(text)") }
            (bus, device, function) = (String(modern[modern.count - 2]), String(place[0]), String(place[1]))
            domain = modern.count == 3 && modern[0] != "0000" ? String(modern[0]) : nil
            options = parts.dropFirst().filter { !$0.isEmpty }
        } else {
            guard parts.count == 3 else { throw .init("Invalid pci specifier: \(text)") }
            (bus, device, function) = (parts[0], parts[1], parts[2])
        }
    }

    /// `(device (pci …))`.
    var expression: SExpression {
        var fields: [SExpression] = [
            .element("bus", "0x" + bus), .element("dev", "0x" + device), .element("func", "0x" + function),
        ]
        if let domain { fields.append(.element("domain", "0x" + domain)) }
        if !options.isEmpty { fields.append(.element("opts", options.map { .atom($0) })) }
        return .element("device", .element("pci", fields))
    }
}

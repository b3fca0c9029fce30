import DomainModel
import SExpressions

/// A domain as somebody makes it out of fields: what each says, as it was typed, and in ``other`` whatever no field has a place for.
///
/// The way from a configuration to fields and back loses nothing.
struct DomainDraft: Hashable, Sendable {
    /// Fields of `(vm …)` itself that are one value, in the order in which they are written.
    static let ofDomain = ["name", "memory", "maxmem", "vcpus", "cpus", "cpu_weight", "cpu_cap", "restart"]
    /// Fields of the image.
    static let ofImage = ["kernel", "ramdisk", "root", "args"]
    /// Heads of images that can be chosen.
    static let builders = ["linux", "pvh"]

    /// What stands in the fields of ``ofDomain`` and ``ofImage``, by their names.
    var texts: [String: String] = [:]
    /// The head of the image.
    var builder = "linux"
    /// In the order in which they are connected.
    var disks: [DraftDevice] = []
    /// In the order in which they are connected.
    var interfaces: [DraftDevice] = []
    /// Expressions beside each other.
    var other = ""

    /// What the form has at first.
    static let blank = DomainDraft(
        texts: ["memory": "128"], disks: [.newDisk], interfaces: [DraftDevice(.interface)])
}

/// One device as it was typed.
struct DraftDevice: Hashable, Sendable {
    /// What can be made of fields.
    enum Kind: String, CaseIterable, Sendable {
        case disk, interface

        /// What stands in it, by the names in the configuration.
        var fields: [String] {
            switch self {
            case .disk: ["uname", "dev", "mode"]
            case .interface: ["bridge", "mac", "ip", "script"]
            }
        }

        /// The head of its element.
        var type: DeviceType {
            switch self {
            case .disk: .vbd
            case .interface: .vif
            }
        }

        /// What the parameter is called that has a field of one of them; it is sent once for each.
        func parameter(_ field: String) -> String { "\(type.rawValue)_\(field)" }
    }

    let kind: Kind
    var texts: [String: String] = [:]

    init(_ kind: Kind, _ texts: [String: String] = [:]) {
        self.kind = kind
        self.texts = texts
    }

    /// One to be filled in.
    static let newDisk = DraftDevice(.disk, ["mode": "w"])

    /// Nothing has been typed into it. An interface may well have nothing: then all is as xend is configured.
    var isBlank: Bool {
        kind == .disk && ["uname", "dev"].allSatisfy { texts[$0, default: ""].isEmpty }
    }

    /// `(vbd …)` or `(vif …)`
    var element: SExpression {
        let fields = kind.fields.flatMap { field -> [SExpression] in
            let text = texts[field, default: ""]
            // Several addresses have a field each.
            let values = field == "ip" ? text.split { " ,".contains($0) }.map(String.init) : text.isEmpty ? [] : [text]
            return values.map { .element(field, $0) }
        }
        return .element(kind.type.rawValue, fields)
    }

    /// nil: it is of another kind, or says what no field has a place for.
    init?(_ element: SExpression) {
        guard let kind = Kind.allCases.first(where: { $0.type.rawValue == element.name }) else { return nil }
        self.init(kind)
        guard element.hasOnly(kind.fields, repeating: kind == .interface ? ["ip"] : []) else { return nil }
        for field in kind.fields {
            let values = element.children(field).flatMap { $0.children().compactMap(\.atom) }
            if !values.isEmpty { texts[field] = values.joined(separator: " ") }
        }
    }
}

extension SExpression {
    /// Whether all its members are `(NAME VALUE)` with these names, each once but those that may be repeated.
    fileprivate func hasOnly(_ names: [String], repeating repeated: [String] = []) -> Bool {
        var seen: Set<String> = []
        return children().allSatisfy { child in
            guard let name = child.name, child.list != nil, names.contains(name), child.isValue else { return false }
            return seen.insert(name).inserted || repeated.contains(name)
        }
    }

    /// `(NAME TEXT)`, and nothing else.
    var isValue: Bool {
        guard let list, list.count == 2 else { return false }
        return list[1].atom != nil
    }
}

import DomainModel
import SExpressions

// Between fields and the configuration that they make.

extension DomainDraft {
    /// What is wrong, by the field where it is said: a name of ``DomainDraft/ofDomain`` or ``DomainDraft/ofImage``, `other`, or the
    /// parameter of a device's field with its place behind it, as in `vbd_dev 1`.
    typealias Problems = [String: String]

    /// The fields of a configuration.
    init(_ configuration: SExpression) {
        var rest: [SExpression] = []
        for member in configuration.children() {
            if !take(member) { rest.append(member) }
        }
        other = rest.map { $0.description }.joined(separator: "\n")
    }

    /// - Returns: false: no field has a place for it.
    private mutating func take(_ member: SExpression) -> Bool {
        guard let name = member.name, member.list != nil else { return false }
        switch name {
        case "image":
            guard let inner = member.child(at: 0), member.children().count == 1, texts["kernel"] == nil else {
                return false
            }
            return take(image: inner)
        case "device":
            guard let inner = member.child(at: 0), member.children().count == 1, let device = DraftDevice(inner) else {
                return false
            }
            switch device.kind {
            case .disk: disks.append(device)
            case .interface: interfaces.append(device)
            }
            return true
        default:
            guard Self.ofDomain.contains(name), texts[name] == nil, member.isValue else { return false }
            texts[name] = member.child(at: 0)?.atom
            return true
        }
    }

    private mutating func take(image: SExpression) -> Bool {
        guard let head = image.name, Self.builders.contains(head) else { return false }
        let fields = image.children()
        let isPlain = fields.allSatisfy { $0.isValue && Self.ofImage.contains($0.name ?? "") }
        guard isPlain, Set(fields.compactMap(\.name)).count == fields.count else { return false }
        builder = head
        for field in fields { texts[field.name ?? ""] = field.child(at: 0)?.atom }
        return true
    }

    /// The configuration, and what is wrong with it, as far as that does not depend on the machine.
    func made() -> (configuration: SExpression, problems: Problems) {
        var problems: Problems = [:]
        var more: [SExpression] = []
        do throws(SXPError) {
            more = try SExpression.parseAll(other)
        } catch {
            problems["other"] = error.describe(file: "other settings")
        }
        let members = members(beside: more)
        var devices: [SExpression] = []
        for list in [disks.filter { !$0.isBlank }, interfaces] {
            for (place, device) in list.enumerated() {
                let element = SExpression.element("device", device.element)
                devices.append(element)
                do throws(ConfigurationError) {
                    _ = try DeviceConfig(element)
                } catch {
                    let field =
                        device.kind.fields.contains(error.field ?? "") ? error.field ?? "" : device.kind.fields[0]
                    problems["\(device.kind.parameter(field)) \(place)"] = error.description
                }
            }
        }
        judge(more, into: &problems)
        return (.element("vm", members + devices + more), problems)
    }

    /// What the fields say, without the devices.
    private func members(beside more: [SExpression]) -> [SExpression] {
        let values = Self.ofDomain.compactMap(value)
        guard !more.contains(where: { $0.name == "image" }) else { return values }
        return values + [.element("image", .element(builder, Self.ofImage.compactMap(value)))]
    }

    private func value(_ name: String) -> SExpression? {
        let text = texts[name, default: ""]
        return text.isEmpty ? nil : .element(name, text)
    }

    /// One mistake is found at a time: as if each were mended, the next is looked for.
    private func judge(_ more: [SExpression], into problems: inout Problems) {
        var mended = self
        for _ in Self.ofDomain + Self.ofImage {
            guard let error = mended.fault(more) else { return }
            let field = error.field == "image" ? "kernel" : error.field ?? ""
            let isField = Self.ofDomain.contains(field) || Self.ofImage.contains(field)
            let place = isField ? field : other.isEmpty ? "name" : "other"
            if problems[place] == nil { problems[place] = error.description }
            guard isField else { return }
            mended.texts[field] = ["name": "x", "memory": "1", "kernel": "/x"][field]
        }
    }

    private func fault(_ more: [SExpression]) -> ConfigurationError? {
        do throws(ConfigurationError) {
            return try DomainConfig(.element("vm", members(beside: more) + more)).refusal
        } catch {
            return error
        }
    }
}

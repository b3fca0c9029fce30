import SExpressions

// Between fields and what a browser sends of them.

extension DomainDraft {
    /// Devices of one kind; more of them stand in no form.
    static let maximumDevices = 32

    /// What a form had in it.
    init(_ form: Form) {
        for name in Self.ofDomain + Self.ofImage {
            if let text = form.text(name)?.trimmed, !text.isEmpty { texts[name] = text }
        }
        if let text = form.text("builder"), Self.builders.contains(text) { builder = text }
        disks = Self.devices(.disk, form)
        interfaces = Self.devices(.interface, form)
        other = form.text("other") ?? ""
    }

    private static func devices(_ kind: DraftDevice.Kind, _ form: Form) -> [DraftDevice] {
        let columns = kind.fields.map { field in (field, form.values(kind.parameter(field)).map(\.text.trimmed)) }
        let count = min(columns.map(\.1.count).max() ?? 0, maximumDevices)
        return (0..<count).map { place in
            var device = DraftDevice(kind)
            for (field, values) in columns where place < values.count && !values[place].isEmpty {
                device.texts[field] = values[place]
            }
            return device
        }
    }

    /// With one more of a kind, if there may be one.
    mutating func add(_ kind: DraftDevice.Kind) {
        switch kind {
        case .disk: if disks.count < Self.maximumDevices { disks.append(.newDisk) }
        case .interface: if interfaces.count < Self.maximumDevices { interfaces.append(DraftDevice(.interface)) }
        }
    }

    /// Without one of a kind: `disk 0`.
    mutating func drop(_ text: String) {
        let words = text.split(separator: " ")
        guard words.count == 2, let kind = DraftDevice.Kind(rawValue: String(words[0])), let place = Int(words[1])
        else {
            return
        }
        switch kind {
        case .disk: if disks.indices.contains(place) { disks.remove(at: place) }
        case .interface: if interfaces.indices.contains(place) { interfaces.remove(at: place) }
        }
    }
}

extension DraftDevice {
    /// One that is all a form is about: the fields have their own names.
    init(_ kind: Kind, _ form: Form) {
        self.init(kind)
        for field in kind.fields {
            if let text = form.text(field)?.trimmed, !text.isEmpty { texts[field] = text }
        }
    }
}

extension String {
    /// Without blanks around it.
    fileprivate var trimmed: String {
        var rest = self[...]
        while let first = rest.first, first.isWhitespace { rest = rest.dropFirst() }
        while let last = rest.last, last.isWhitespace { rest = rest.dropLast() }
        return String(rest)
    }
}

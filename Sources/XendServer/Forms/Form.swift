import DomainLifecycle

/// The parameters of a request, in the order in which they came.
public struct Form: Hashable, Sendable, ArgumentSource {
    /// One parameter.
    public typealias Field = ArgumentText

    /// In the order in which they came; a name may stand there several times.
    public private(set) var fields: [Field]

    public init(_ fields: [Field] = []) { self.fields = fields }

    /// Every value of that name.
    public func values(_ name: String) -> [Field] { fields.filter { $0.name == name } }

    /// The first value of that name, as text.
    public func text(_ name: String) -> String? { fields.first { $0.name == name }?.text }

    mutating func append(_ field: Field) { fields.append(field) }

    /// A name that stands in both has the values of `body` alone (reference/http-api.md §4).
    func overlaid(by body: Form) -> Form {
        guard !body.fields.isEmpty else { return self }
        guard !fields.isEmpty else { return body }
        let names = Set(body.fields.map(\.name))
        return Form(fields.filter { !names.contains($0.name) } + body.fields)
    }
}

/// Why the parameters of a request cannot be read.
public struct FormError: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }
}

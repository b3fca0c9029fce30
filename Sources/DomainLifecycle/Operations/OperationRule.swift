/// One row of the table of operations: everything that is known of an operation before it is planned.
///
/// Routes, forms, admission, `xm call` and exploration read rows; none of them names an operation. What an operation *does* is its plan
/// (`DomainTable.begin`).
public final class OperationRule: Sendable {
    /// What it is done to.
    public enum Target: String, Hashable, Sendable, CaseIterable { case node, domains, domain }

    /// What a success answers, beyond what the result itself says.
    public enum Reply: Hashable, Sendable {
        /// It is done.
        case done
        /// It has been asked for, and takes its time.
        case asked
        /// The thing may be gone; where it was listed.
        case ended
        /// Nothing at all.
        case nothing
        /// The domain in a line of text.
        case summary
    }

    /// Its name on the wire: the parameter `op`.
    public let name: String
    /// What clients of Xen 3 call it, where that is something else.
    public let otherNames: [String]
    /// What it is done to.
    public let target: Target
    /// In the order in which they are read.
    public let arguments: [ArgumentDescription]
    /// On which domains, when; nil for what is not done to a domain.
    public let admission: Admission?
    /// Who may ask for it.
    public let role: Role
    /// Who may ask for it naming nothing but what the configuration lists; nil: that makes no difference.
    public let listedRole: Role?
    /// What a success answers.
    public let reply: Reply
    /// It moves a domain's memory and takes as long as that takes: clients wait for it longer.
    public let isTransfer: Bool
    /// nil: there is none.
    public let form: OperationForm?
    /// How exploration asks for it.
    public let probing: Probing
    private let read: @Sendable (any ArgumentSource) throws(OperationError) -> Asked

    private init<each Value: Sendable, Made>(
        _ name: String, _ otherNames: [String], _ target: Target, _ arguments: repeat Argument<each Value>,
        admission: Admission?,
        role: Role, listedRole: Role? = nil, reply: Reply, isTransfer: Bool, form: FormText?, probing: Probing,
        asked: @escaping @Sendable (Made) -> Asked,
        make: @escaping @Sendable (repeat each Value) throws(OperationError) -> Made
    ) {
        self.name = name
        self.otherNames = otherNames
        self.target = target
        var descriptions: [ArgumentDescription] = []
        for argument in repeat each arguments { descriptions.append(argument.description) }
        self.arguments = descriptions
        self.admission = admission
        self.role = role
        self.listedRole = listedRole
        self.reply = reply
        self.isTransfer = isTransfer
        self.form = form?.form(for: name, descriptions)
        self.probing = probing
        let known = (repeat each arguments)
        read = { source throws(OperationError) in
            let values = try source.read(repeat each known)
            return asked(try make(repeat each values))
        }
    }

    /// What is asked for with these parameters.
    /// - Throws: `invalid` about a parameter that cannot be read, is missing or makes no sense.
    public func asked(_ source: some ArgumentSource) throws(OperationError) -> Asked { try read(source) }
}

/// What the parameters of a request ask for.
public enum Asked: Hashable, Sendable {
    /// Something of the machine.
    case node(NodeOperation)
    /// Makes a domain.
    case domains(Operation)
    /// Something of the domain that the path names.
    case domain(DomainOperation)
}

extension OperationRule {
    /// A row of what is done to a domain.
    convenience init<each Value: Sendable>(
        _ name: String, _ arguments: repeat Argument<each Value>, alsoCalled otherNames: [String] = [],
        admission: Admission, role: Role, listedRole: Role? = nil, reply: Reply = .done, isTransfer: Bool = false,
        form: FormText?,
        probing: Probing,
        make: @escaping @Sendable (repeat each Value) throws(OperationError) -> DomainOperation
    ) {
        self.init(
            name, otherNames, .domain, repeat each arguments, admission: admission, role: role, listedRole: listedRole,
            reply: reply,
            isTransfer: isTransfer, form: form, probing: probing, asked: Asked.domain, make: make)
    }

    /// A row of what makes a domain.
    convenience init<each Value: Sendable>(
        making name: String, _ arguments: repeat Argument<each Value>, alsoCalled otherNames: [String] = [],
        role: Role, listedRole: Role? = nil, isTransfer: Bool = false,
        form: FormText?, probing: Probing,
        make: @escaping @Sendable (repeat each Value) throws(OperationError) -> Operation
    ) {
        self.init(
            name, otherNames, .domains, repeat each arguments, admission: nil, role: role, listedRole: listedRole,
            reply: .done,
            isTransfer: isTransfer, form: form, probing: probing, asked: Asked.domains, make: make)
    }

    /// A row of what is done to the node.
    convenience init<each Value: Sendable>(
        node name: String, _ arguments: repeat Argument<each Value>, role: Role, form: FormText?, probing: Probing,
        make: @escaping @Sendable (repeat each Value) throws(OperationError) -> NodeOperation
    ) {
        self.init(
            name, [], .node, repeat each arguments, admission: nil, role: role, reply: .done,
            isTransfer: false, form: form, probing: probing, asked: Asked.node, make: make)
    }
}

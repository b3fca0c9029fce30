/// A form for one operation, as data: what a page asks, and in which words.
public struct OperationForm: Sendable {
    /// What a field is.
    public enum Kind: Sendable {
        /// One line.
        case text
        /// One line that nobody sees.
        case password
        /// A whole number of this range.
        case number(ClosedRange<Int>)
        /// Radio buttons; the first is the default.
        case choice([(value: String, title: String)])
        /// A box to tick: 1, or nothing.
        case flag
        /// Several lines.
        case area(rows: Int)
        /// A file to upload.
        case file
        /// Sent, not shown.
        case fixed
    }

    /// One thing that is asked.
    public struct Field: Sendable {
        /// Of the parameter.
        public var name: String
        /// What stands before it.
        public var title: String
        /// What it is.
        public var kind: Kind
        /// What stands in it at first.
        public var value: String
        /// What else has to be said of it, in a sentence.
        public var help: String?
        /// Whether the browser asks for it.
        public var isRequired: Bool

        public init(
            name: String, title: String, kind: Kind, value: String = "", help: String? = nil, isRequired: Bool = true
        ) {
            self.name = name
            self.title = title
            self.kind = kind
            self.value = value
            self.help = help
            self.isRequired = isRequired
        }

        /// Whether it is uploaded, which a form has to be told.
        public var isFile: Bool {
            if case .file = kind { return true }
            return false
        }
    }

    /// Where it stands on a page.
    public enum Place: Hashable, Sendable {
        /// The node's page.
        case node
        /// The list of domains: what makes one from a text, and from what there is.
        case making, bringing
        /// A domain's page: beside its state, as a button or with the thing it is about.
        case thing
        /// Moving and ending.
        case life
        /// What can be changed.
        case settings
        /// What can be plugged in.
        case devices
        /// Of a domain that has a vif.
        case vifs
        /// Of a domain that has no configuration.
        case unconfigured
        /// Of a domain that is defined.
        case kept
        /// Of a domain in doubt.
        case inDoubt
    }

    /// The parameter `op`.
    public var operation: String
    /// Its heading.
    public var title: String
    /// What it does, in a sentence.
    public var help: String?
    /// In the order in which they are asked.
    public var fields: [Field]
    /// What its button says.
    public var verb: String
    /// It cannot be taken back: a page asks first, naming the thing.
    public var isDestructive: Bool
    /// Where it stands on a page.
    public var place: Place

    public init(
        _ operation: String, _ title: String, button: String, help: String? = nil, isDestructive: Bool = false,
        place: Place = .thing, _ fields: [Field] = []
    ) {
        self.operation = operation
        self.title = title
        verb = button
        self.help = help
        self.isDestructive = isDestructive
        self.place = place
        self.fields = fields
    }

    /// The form with values that are known.
    public func with(_ values: [String: String]) -> OperationForm {
        var copy = self
        for index in copy.fields.indices {
            if let value = values[copy.fields[index].name] { copy.fields[index].value = value }
        }
        return copy
    }
}

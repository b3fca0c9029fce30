/// How random exploration asks for an operation.
public enum Probing: Hashable, Sendable {
    /// With one of each parameter's values, good ones and bad ones; on any domain.
    case with([Field])
    /// As an act of the story's own: it changes which domains are where, and the story has to keep up.
    case act
    /// Not at all, and why.
    case never(because: String)

    /// What a parameter is given: one of these, at random.
    public struct Field: Hashable, Sendable {
        /// Of the parameter.
        public let name: String
        /// Good ones and bad ones.
        public let values: [String]

        init(_ name: String, _ values: String...) {
            self.name = name
            self.values = values
        }
    }
}

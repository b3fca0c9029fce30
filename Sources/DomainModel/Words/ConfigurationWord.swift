/// A name that people write into a configuration, and what becomes of it. The tables of them are in ``WordTable``.
public struct ConfigurationWord: Hashable, Sendable {
    /// What becomes of a name (manual, decision 13).
    public enum Treatment: Hashable, Sendable {
        /// What its documentation says is done.
        case done
        /// A record of what was, that other tools keep; there is nothing to be done about it.
        case told
        /// Nothing comes of it, for this reason; whoever wrote it is told.
        case warned(String)
        /// The domain would get less protection, less limit or other hardware than was asked for, for this reason.
        case refused(String)
    }

    /// As it stands in the file.
    public let name: String
    /// What becomes of it.
    public let treatment: Treatment
    /// Values that ask for nothing, besides those that no name asks anything with.
    public let idle: [String]

    init(_ name: String, _ treatment: Treatment, idle: [String] = []) {
        self.name = name
        self.treatment = treatment
        self.idle = idle
    }

    /// Names that share their treatment.
    static func all(_ names: String, _ treatment: Treatment, idle: [String] = []) -> [ConfigurationWord] {
        names.split(separator: " ").map { ConfigurationWord(String($0), treatment, idle: idle) }
    }

    /// What every reader of such files takes for "not this".
    private static let nothing = ["", "0", "no", "off", "false", "none", "()", "[]", "default", "disabled"]

    /// Whether a value asks for something.
    func asks(_ value: String) -> Bool {
        let value = value.lowercased()
        return !Self.nothing.contains(value) && !idle.contains(value)
    }
}

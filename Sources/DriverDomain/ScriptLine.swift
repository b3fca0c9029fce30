/// A script as a configuration names it, with words of its own for every call: `vif-bridge`, `network-bridge netdev=eth1`. Whoever wrote
/// such lines for the xend of Xen 3 finds them honoured.
///
/// There is no quoting: no word has a blank in it.
public struct ScriptLine: Hashable, Sendable {
    /// Looked for in the script directory, unless it begins with `/`.
    public let name: String
    /// `KEY=VALUE`, mostly.
    public let words: [String]

    /// - Parameter text: as the configuration has it.
    public init(_ text: String) {
        let parts = text.split(separator: " ").map(String.init)
        name = parts.first ?? ""
        words = Array(parts.dropFirst())
    }

    /// What xend says in a call.
    public enum Word: Hashable, Sendable {
        /// `KEY=VALUE` of the thing that is called about: holds whatever the line says.
        case own(String)
        /// `KEY=VALUE` that holds unless the line says something else.
        case usual(String)
    }

    /// The arguments of a call: the operation, what xend says, and the line's own words.
    ///
    /// - Parameters:
    ///   - operation: what is to be done: `up`, `start`.
    ///   - said: by xend.
    public func arguments(_ operation: String, _ said: [Word]) -> [String] {
        let lineKeys = Set(words.map(Self.key))
        var fixed: Set<String> = []
        var arguments = [operation]
        for word in said {
            switch word {
            case .own(let text):
                fixed.insert(Self.key(text))
                arguments.append(text)
            case .usual(let text):
                if !lineKeys.contains(Self.key(text)) { arguments.append(text) }
            }
        }
        return arguments + words.filter { !fixed.contains(Self.key($0)) }
    }

    private static func key(_ word: String) -> String { String(word.prefix { $0 != "=" }) }
}

import AccessControl
import DomainLifecycle
import SExpressions

/// One `(key …)` and its place. What stands behind the key matters only where somebody knows it.
struct ConfigurationLine {
    let key: String
    let place: String
    /// The value, where it is one word or string, or nothing.
    let word: String?
    private let members: [LocatedSExpression]

    init(_ expression: LocatedSExpression, file: String) throws(ConfigurationFileError) {
        place = "\(file):\(expression.position.line):\(expression.position.column)"
        guard let members = expression.list, let key = members.first?.atom else {
            throw ConfigurationFileError("\(place): expected (key value)")
        }
        self.key = key
        self.members = members
        word = members.count == 1 ? "" : members.count == 2 ? members[1].atom : nil
    }

    /// The key of ours that it is, whatever it is called.
    var meaning: String {
        if case .same(let key)? = LaterKey(rawValue: key)?.treatment { key.rawValue } else { key }
    }

    /// `(xend-role ROLE (user NAME…) (group NAME…) (certificate CN=NAME…))`
    func grant() throws(ConfigurationFileError) -> AccessPolicy.Grant {
        let roles = Role.allCases.map(\.rawValue)
        guard members.count > 2, let role = members[1].atom.flatMap(Role.init) else {
            throw ConfigurationFileError(
                "\(place): \(key) must be a role (\(roles.joined(separator: ", "))) and whose it is: (user NAME…), (group NAME…), (certificate CN=NAME…)"
            )
        }
        var grant = AccessPolicy.Grant(role)
        for member in members.dropFirst(2) {
            let words = member.list?.map(\.atom) ?? []
            let names = words.dropFirst().compactMap { $0 }
            guard !names.isEmpty, names.count == words.count - 1, !names.contains("") else {
                throw ConfigurationFileError(
                    "\(place): \(key) gives a role to (user NAME…), (group NAME…) and (certificate CN=NAME…), not to \(member.value)"
                )
            }
            switch words[0] {
            case "user": grant.users.formUnion(names)
            case "group": grant.groups.formUnion(names)
            case "certificate":
                grant.certificates.formUnion(names.map { $0.hasPrefix("CN=") ? String($0.dropFirst(3)) : $0 })
            default:
                throw ConfigurationFileError(
                    "\(place): \(key) gives a role to (user NAME…), (group NAME…) and (certificate CN=NAME…), not to \(member.value)"
                )
            }
        }
        return grant
    }

    func entry() throws(ConfigurationFileError) -> ConfigurationEntry {
        guard let word else {
            throw ConfigurationFileError("\(place): \(key) must have one value that is a word or a string")
        }
        return ConfigurationEntry(key: key, value: word, place: place)
    }
}

/// One `(key value)` and its place.
struct ConfigurationEntry {
    let key: String
    let value: String
    let place: String

    private func mistake(_ allowed: String) -> ConfigurationFileError {
        ConfigurationFileError("\(place): \(key) must be \(allowed), not \"\(value)\"")
    }

    func port() throws(ConfigurationFileError) -> UInt16 {
        guard let port = UInt16(value), port > 0 else { throw mistake("a number from 1 to 65535") }
        return port
    }

    func seconds() throws(ConfigurationFileError) -> Double {
        guard let seconds = Double(value), (0...86400).contains(seconds) else {
            throw mistake("a number of seconds from 0 to 86400")
        }
        return seconds
    }

    func number(in range: ClosedRange<Int>) throws(ConfigurationFileError) -> Int {
        guard let number = Int(value), range.contains(number) else {
            throw mistake("a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func path() throws(ConfigurationFileError) -> String {
        guard value.hasPrefix("/") else { throw mistake("an absolute path") }
        return value
    }

    /// Several words, with blanks or commas between them.
    func words() -> Set<String> { Set(value.split { " ,".contains($0) }.map(String.init)) }

    func word(_ what: String) throws(ConfigurationFileError) -> String {
        guard !value.isEmpty else { throw mistake(what) }
        return value
    }

    func choice<Value>(_ choices: [String: Value]) throws(ConfigurationFileError) -> Value {
        guard let choice = choices[value] else {
            throw mistake("one of " + choices.keys.sorted().joined(separator: ", "))
        }
        return choice
    }

    /// The original took `yes`, `1` and `on` for true and everything else for false.
    func flag() throws(ConfigurationFileError) -> Bool {
        try choice(["yes": true, "1": true, "on": true, "no": false, "0": false, "off": false])
    }
}

/// Values that are one of a few words.
extension ConfigurationEntry {
    func remoteAccess() throws(ConfigurationFileError) -> AccessPolicy.RemoteAccess {
        try choice(Dictionary(uniqueKeysWithValues: AccessPolicy.RemoteAccess.allCases.map { ($0.rawValue, $0) }))
    }

    func localRole() throws(ConfigurationFileError) -> Role? {
        try choice(["none": nil, "viewer": .viewer, "operator": .operator])
    }

    func metricsRole() throws(ConfigurationFileError) -> Role? {
        let roles = Role.allCases.map { ($0.rawValue, Optional($0)) }
        return try choice(Dictionary(uniqueKeysWithValues: roles + [("everyone", nil)]))
    }

    func logLevel() throws(ConfigurationFileError) -> String {
        let levels = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]
        return try choice(Dictionary(uniqueKeysWithValues: levels.map { ($0, $0) }))
    }
}

import DomainModel

/// The paths of resources, as links and `Location` headers write them.
enum Path {
    static let root = "/xend"
    static let node = "/xend/node"
    static let dmesg = "/xend/node/dmesg"
    static let log = "/xend/node/log"
    static let domains = "/xend/domain"
    static let making = "/xend/new"
    static let saved = "/xend/saved"
    static let consoles = "/xend/console"
    static let events = "/xend/event"
    static let devices = "/xend/device"
    static let networks = "/xend/vnet"
    static let tasks = "/xend/task"
    static let audit = "/xend/audit"
    static let tokens = "/xend/token"
    static let login = "/xend/login"
    static let style = "/xend/style.css"
    static let script = "/xend/live.js"
    static let terminalScript = "/xend/xterm.js"
    static let terminalStyle = "/xend/xterm.css"
    static let consoleScript = "/xend/console.js"
    static let icon = "/xend/icon.svg"
    static let history = "/xend/history"

    static func joined(_ segments: some Sequence<String>) -> String {
        var path = ""
        for segment in segments {
            path += "/"
            path += URLEncoding.encode(segment: segment)
        }
        return path.isEmpty ? "/" : path
    }

    static func domain(_ name: String) -> String { "\(domains)/\(URLEncoding.encode(segment: name))" }
    static func history(of name: String) -> String { "\(domain(name))/history" }
    static func console(of domain: DomainUUID) -> String { "\(domains)/\(domain)/console" }
    static func console(_ port: UInt16) -> String { "\(consoles)/\(port)" }
    static func network(_ id: String) -> String { "\(networks)/\(URLEncoding.encode(segment: id))" }
    static func token(_ id: String) -> String { "\(tokens)/\(URLEncoding.encode(segment: id))" }
    static func task(_ id: Int) -> String { "\(tasks)/\(id)" }
}

import SExpressions
import SimulatedHost
import XendDaemon

/// Reads machines and what is on them.
struct SetupReader {
    /// The name of what is read, for errors.
    let file: String

    /// Reads one setup form. Among the steps it takes effect where it stands, but machines are there from the start.
    func read(
        _ value: LocatedSExpression, into setup: inout ScenarioSetup, _ steps: inout [ScenarioStep]
    ) throws(ScenarioError) {
        var form = try FormReader(value, "setup form", Vocabulary.setup, file: file)
        switch form.name {
        case "host":
            let host = try self.host(&form)
            guard !setup.hosts.contains(where: { $0.name == host.name }) else {
                throw form.error("there is a host \(host.name) already")
            }
            setup.hosts.append(host)
        case "pool":
            enum Pool: String, CaseIterable { case none }
            _ = try form.word("the pool", Pool.self)
            setup.poolIsShared = false
        case "seed": setup.seed = UInt64(try form.number("the seed", 0...Int.max))
        case "order":
            enum Order: String, CaseIterable { case fifo, seeded }
            setup.isShuffled = try form.word("the order", Order.self) == .seeded
        case "tolerate":
            enum What: String, CaseIterable { case failures }
            _ = try form.word("what is tolerated", What.self)
            setup.toleratesFailures = true
        case "needs": setup.needs.insert(try form.word("what it needs", ScenarioNeed.self))
        default:
            let item = try self.item(&form)
            if steps.isEmpty || form.name == "let" || form.name == "receiver" {
                setup.items.append(item)
            } else {
                steps.append(
                    ScenarioStep(
                        action: .machine(.change(item)), host: item.host, position: item.position, source: value))
            }
            return
        }
        try form.end()
    }

    private func host(_ form: inout FormReader) throws(ScenarioError) -> HostSetup {
        var host = HostSetup(name: try form.word("its name"), position: form.source.position)
        guard !host.name.isEmpty, host.name.allSatisfy(Template.isNameCharacter) else {
            throw form.misuse("a host's name consists of letters, digits, - and _, not \(host.name)")
        }
        for var part in try form.parts("host", Vocabulary.hostParts) {
            switch part.name {
            case "memory": host.memory = try part.number("its memory in MB", 64...16_777_216)
            case "dom0-memory": host.domainZeroMemory = try part.number("Domain-0's memory in MB", 16...16_777_216)
            case "no-pvh": host.hasPVH = false
            case "cpus": host.cpus = try part.number("its cpus", 1...4096)
            default:
                for entry in part.arguments {
                    guard let members = entry.list, members.count >= 1, members[0].atom != nil else {
                        throw part.misuse("each entry is (KEY VALUE), not \(entry.value)", at: entry)
                    }
                    try checkConfiguration(entry, part)
                    host.config.append(Template(entry))
                }
                part.arguments = []
            }
            try part.end()
        }
        form.arguments = []
        guard host.domainZeroMemory < host.memory else {
            throw form.error("Domain-0 cannot hold \(host.domainZeroMemory) MB of \(host.memory)")
        }
        return host
    }

    private func item(_ form: inout FormReader) throws(ScenarioError) -> SetupItem {
        let host = try form.takeHost()
        let kind: SetupItem.Kind
        switch form.name {
        case "kernel":
            let path = try self.path(&form)
            kind = .kernel(path: path, try Behaviour.all(in: &form))
        case "file": kind = .file(path: try path(&form), try contents(&form))
        case "block-device":
            let path = try self.path(&form)
            kind = .blockDevice(path: path, size: try blockDeviceSize(&form))
        case "bridge": kind = .bridge(try form.word("the bridge's name"))
        case "script":
            let path = try self.path(&form)
            kind = .script(path: path, try scriptBehaviour(&form))
        case "missing": kind = .missing(path: try path(&form))
        case "receiver": kind = try receiver(&form)
        default:
            let name = try bindableName(&form)
            kind = .binding(name: name, try form.value("its value"))
        }
        try form.end()
        return SetupItem(kind: kind, host: host, position: form.source.position, source: form.source)
    }

    /// A daemon that cannot read its configuration does not start; what it does not know it ignores, which is a trap.
    private func checkConfiguration(_ entry: LocatedSExpression, _ form: FormReader) throws(ScenarioError) {
        // Of TLS each key needs the others.
        guard Template(entry).references.isEmpty, entry.list?.first?.atom?.hasPrefix("xend-tls-") == false else {
            return
        }
        do throws(ConfigurationFileError) {
            _ = try XendConfiguration(entry.value.description, file: "config")
        } catch {
            throw form.error("\(error.description.drop { $0 != " " }.dropFirst())", at: entry)
        }
        let keys = XendConfiguration.Key.allCases.map(\.rawValue)
        guard let key = entry.list?.first?.atom, !keys.contains(key), !key.hasPrefix("block-"),
            let meant = Suggestion.nearest(to: key, among: keys)
        else { return }
        throw form.error("xend-config.sxp has no key \(key) (did you mean \"\(meant)\"?)", at: entry)
    }

    private func path(_ form: inout FormReader) throws(ScenarioError) -> String {
        let path = try form.word("the path")
        guard path.hasPrefix("/") else { throw form.misuse("a path begins with \"/\", unlike \(path)") }
        return path
    }

    private func scriptBehaviour(_ form: inout FormReader) throws(ScenarioError) -> ScriptBehaviour {
        var behaviour = ScriptBehaviour()
        for var part in try form.parts("script", Vocabulary.scriptParts) {
            switch part.name {
            case "like": behaviour.like = try part.word("the script", StandardScript.self).rawValue
            case "prints": behaviour.prints += try part.word("the text")
            case "exits": behaviour.exits = try part.number("its status", 0...255)
            default: behaviour.takes = try part.time("the time")
            }
            try part.end()
        }
        form.arguments = []
        return behaviour
    }

    private func bindableName(_ form: inout FormReader) throws(ScenarioError) -> String {
        let value = form.arguments.first
        let name = try form.word("the name")
        guard !name.isEmpty, name.allSatisfy(Template.isNameCharacter), name != "n" else {
            throw form.misuse(
                "a name consists of letters, digits, - and _, and is not n (which repeat counts with)", at: value)
        }
        return name
    }

    private func contents(_ form: inout FormReader) throws(ScenarioError) -> FileContents {
        let allowed = [
            Vocabulary.Form(name: "size", shape: "(size N)"), Vocabulary.Form(name: "text", shape: "(text \"…\")"),
            Vocabulary.Form(name: "link", shape: "(link PATH)"),
            Vocabulary.Form(name: "hard-link", shape: "(hard-link PATH)"),
        ]
        guard let value = form.arguments.first else { return .size(0) }
        form.arguments.removeFirst()
        var part = try FormReader(value, "part of file", allowed, file: file)
        if part.name == "size" {
            let size = try part.size("its size")
            try part.end()
            return .size(size)
        }
        if part.name != "text" {
            let target = try path(&part)
            try part.end()
            return part.name == "link" ? .link(target) : .hardLink(target)
        }
        let text = try part.next("the text")
        guard let atom = text.atom else { throw part.misuse("the text must be a word or string", at: text) }
        try part.end()
        return .text(atom)
    }

    private func blockDeviceSize(_ form: inout FormReader) throws(ScenarioError) -> UInt64 {
        guard let value = form.arguments.first else { return 1 << 30 }
        form.arguments.removeFirst()
        let allowed = [Vocabulary.Form(name: "size", shape: "(size N)")]
        var part = try FormReader(value, "part of block-device", allowed, file: file)
        let size = try part.size("its size")
        try part.end()
        return size
    }

    private func receiver(_ form: inout FormReader) throws(ScenarioError) -> SetupItem.Kind {
        let name = try bindableName(&form)
        guard let value = form.arguments.first else { return .receiver(name: name, .answers) }
        form.arguments.removeFirst()
        let allowed = ReceiverBehaviour.allCases.map { Vocabulary.Form(name: $0.rawValue, shape: "(\($0.rawValue))") }
        let part = try FormReader(value, "part of receiver", allowed, file: file)
        try part.end()
        return .receiver(name: name, ReceiverBehaviour(rawValue: part.name) ?? .answers)
    }
}

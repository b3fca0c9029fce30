import Glibc
import SExpressions
import ScenarioLanguage

/// Does on the machine that it is on what a runner on another asks for (`LentMachine`). For machines that nobody needs: whoever reaches
/// it does there what they like.
public final class MachineLender {
    private let listener: Int32
    private let guestImage: String
    private var machine: RealMachine?
    private var relays: [(client: Socket, daemon: Socket)] = []

    /// Between two looks at connections while there are any, and while there are none, in milliseconds.
    private static let nap: Int32 = 2
    private static let sleep: Int32 = 100
    /// A form is a story at most.
    private static let longest = ScenarioReader.sizeLimit * 2

    /// - Parameters:
    ///   - address: where it listens, by number.
    ///   - guestImage: path of the lab's tiny guest.
    public init(_ address: RemoteAddress, guestImage: String) throws(ScenarioFailure) {
        self.guestImage = guestImage
        listener = try Self.listen(at: address)
    }

    deinit { close(listener) }

    private static func listen(at address: RemoteAddress) throws(ScenarioFailure) -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_port = address.port.bigEndian
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout.size(ofValue: yes)))
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        let isBound =
            inet_pton(AF_INET, address.host, &place.sin_addr) == 1
            && withUnsafePointer(to: &place) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
        guard isBound, Glibc.listen(descriptor, 16) == 0 else {
            let reason = String(cString: strerror(errno))
            close(descriptor)
            throw ScenarioFailure("cannot listen at \(address.authority): \(reason)")
        }
        return descriptor
    }

    /// Where it listens, when it was given 0.
    package var port: UInt16 {
        var place = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafeMutablePointer(to: &place) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(listener, $0, &length) }
        } == 0 ? UInt16(bigEndian: place.sin_port) : 0
    }

    /// Until the process is ended.
    public func run() -> Never { while true { turn() } }

    /// Answers one question, if there is one, and carries what has come.
    package func turn() {
        var waiting = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
        if poll(&waiting, 1, relays.isEmpty ? Self.sleep : Self.nap) > 0 {
            let client = accept(listener, nil, nil)
            if client >= 0 { serve(Socket(adopting: client)) }
        }
        relay()
    }

    /// Carries what has come from one end to the other.
    private func relay() {
        relays.removeAll { client, daemon in
            // Of what has ended, all has been received: carried is what came before.
            let (hasClientEnded, hasDaemonEnded) = (client.isEnded, daemon.isEnded)
            client.carry(to: daemon)
            daemon.carry(to: client)
            // What one end has still to get it gets first.
            let isOver = hasClientEnded || hasDaemonEnded && !client.hasUnsent
            if isOver {
                client.close()
                daemon.close()
            }
            return isOver
        }
    }

    private func serve(_ client: Socket) {
        var answer: SExpression
        do throws(ScenarioFailure) {
            let form = try question(client)
            if form.name == "connect" { return try connect(client, form) }
            answer = .list(["ok"] + (try self.answer(form)))
        } catch {
            answer = ["failed", .atom(error.description)]
        }
        client.send(Array(answer.description.utf8))
        client.finish()
    }

    private func question(_ client: Socket) throws(ScenarioFailure) -> SExpression {
        let end = ContinuousClock.now + .seconds(5)
        while ContinuousClock.now < end, !client.isEnded {
            let bytes = client.received
            if let line = bytes.firstIndex(of: UInt8(ascii: "\n")),
                let length = Int(String(decoding: bytes[..<line], as: UTF8.self)), (1...Self.longest).contains(length),
                bytes.count > line + length
            {
                client.skip(line + 1 + length)
                let text = String(decoding: bytes[(line + 1)...(line + length)], as: UTF8.self)
                if let form = try? SExpression.parseFirst(text) { return form }
                break
            }
            usleep(1000)
        }
        throw ScenarioFailure("that is no form with its length before it")
    }

    private func connect(_ client: Socket, _ form: SExpression) throws(ScenarioFailure) {
        let words = Self.words(form)
        guard words.count == 3, let port = UInt16(words[0]) else { throw ScenarioFailure("(connect PORT WHO ALIAS)") }
        let origin = RealOrigin(words[1].isEmpty ? nil : words[1])
        let daemon = try origin.connect(to: "localhost", port: port, alias: words[2])
        client.send(Array("(ok)\n".utf8))
        relays.append((client, daemon))
    }

    private static func words(_ form: SExpression) -> [String] { form.list?.dropFirst().compactMap(\.atom) ?? [] }

    private func answer(_ form: SExpression) throws(ScenarioFailure) -> [SExpression] {
        let words = Self.words(form)
        let word = words.first ?? ""
        if form.name == "prepare" { return try prepare(form, words) }
        guard let machine else { throw ScenarioFailure("no story has begun") }
        switch form.name {
        case "act":
            try machine.perform(try Self.act(word))
            return []
        case "file": return try machine.file(word).map { [.atom($0)] } ?? []
        case "memory-gone": return [.atom("\(try machine.memoryGone())")]
        case "leaks": return try machine.leaks().map { .atom($0) }
        case "runs": return [.atom(try machine.runs(word))]
        case "script-calls": return try machine.scriptCalls(word).map { .list($0.map { .atom($0) }) }
        case "put-back":
            try machine.putBack()
            self.machine = nil
            return []
        default: throw ScenarioFailure("(\(form.name ?? "")) is nothing that a machine is lent for")
        }
    }

    private static func act(_ text: String) throws(ScenarioFailure) -> MachineAct {
        do throws(ScenarioError) {
            return try MachineAct.read(text).act
        } catch {
            throw ScenarioFailure("\(error)")
        }
    }

    private func prepare(_ form: SExpression, _ words: [String]) throws(ScenarioFailure) -> [SExpression] {
        guard words.count == 2, let list = form.list, list.count == 4 else {
            throw ScenarioFailure("(prepare STORY HOST ((HOST ADDRESS)…))")
        }
        let (scenarios, errors) = ScenarioReader.read(Array(words[0].utf8), file: "lent")
        guard let scenario = scenarios.first, errors.isEmpty else {
            throw ScenarioFailure("the story cannot be read: \(errors.first.map { "\($0)" } ?? "it is empty")")
        }
        var place = StoryPlace(host: words[1])
        for member in list[3].list ?? [] { place.addresses[member.name ?? ""] = member.child(at: 0)?.atom }
        let machine = try RealMachine(guestImage: guestImage)
        self.machine = machine
        try machine.prepare(scenario, place)
        return []
    }
}

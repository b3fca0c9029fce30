import Glibc
import SExpressions
import ScenarioLanguage
import XendTesting

/// A real machine on which `xend-scenario lend` does what is asked of it.
///
/// Each question is a connection of its own: the length of a form in a line, and the form. What comes back ends with the connection: `(ok
/// VALUE…)` or `(failed TEXT)`; behind `(ok)` to `(connect PORT)`, in a line, whatever the daemon there says.
final class LentMachine: StoryMachine {
    let address: RemoteAddress

    /// How long anything may take there: a story's own patience is less.
    private static let patience = Duration.seconds(200)
    /// Between two looks at a connection, in microseconds: the runner waits in real time.
    private static let nap: UInt32 = 2000

    init(_ address: RemoteAddress) { self.address = address }

    private func open(_ form: SExpression) throws(ScenarioFailure) -> Socket {
        let socket = try Socket(host: address.host, port: address.port)
        let bytes = Array(form.description.utf8)
        socket.send(Array("\(bytes.count)\n".utf8) + bytes)
        return socket
    }

    @discardableResult
    private func ask(_ form: SExpression) throws(ScenarioFailure) -> [SExpression] {
        let socket = try open(form)
        defer { socket.close() }
        try wait { socket.isEnded }
        return try Self.values(String(decoding: socket.received, as: UTF8.self), form)
    }

    private func wait(until condition: () -> Bool) throws(ScenarioFailure) {
        let end = ContinuousClock.now + Self.patience
        while !condition() {
            guard ContinuousClock.now < end else {
                throw ScenarioFailure("the machine at \(address.authority) is silent")
            }
            usleep(Self.nap)
        }
    }

    private static func values(_ text: String, _ form: SExpression) throws(ScenarioFailure) -> [SExpression] {
        guard let answer = try? SExpression.parseFirst(text), answer.name == "ok" else {
            let failed = try? SExpression.parseFirst(text)
            throw ScenarioFailure(failed?.child(at: 0)?.atom ?? "\(form.name ?? ""): the other machine says \(text)")
        }
        return Array(answer.list?.dropFirst() ?? [])
    }

    // MARK: StoryMachine

    func prepare(_ scenario: Scenario, _ place: StoryPlace) throws(ScenarioFailure) {
        let addresses = place.addresses.sorted { $0.key < $1.key }.map { SExpression.element($0.key, $0.value) }
        try ask(["prepare", .atom(scenario.source.literalText), .atom(place.host), .list(addresses)])
    }

    func perform(_ act: MachineAct) throws(ScenarioFailure) { try ask(["act", .atom(act.form(on: "here"))]) }

    func connect(_ port: UInt16, from origin: String?, alias: String) throws(ScenarioFailure) -> any ByteStream {
        let socket = try open(["connect", .atom("\(port)"), .atom(origin ?? ""), .atom(alias)])
        var line: [UInt8] = []
        try wait {
            // Asked first: what comes between the two questions is not lost.
            let isEnded = socket.isEnded
            let received = socket.received
            line = Array(received.prefix { $0 != UInt8(ascii: "\n") })
            return line.count < received.count || isEnded
        }
        _ = try Self.values(String(decoding: line, as: UTF8.self), "connect")
        socket.skip(line.count + 1)
        return socket
    }

    func file(_ path: String) throws(ScenarioFailure) -> String? { try ask(["file", .atom(path)]).first?.atom }

    func memoryGone() throws(ScenarioFailure) -> Int {
        guard let number = try ask(["memory-gone"]).first?.atom.flatMap({ Int($0) }) else {
            throw ScenarioFailure("the other machine does not tell its memory")
        }
        return number
    }

    func leaks() throws(ScenarioFailure) -> [String] { try ask(["leaks"]).compactMap(\.atom) }

    func runs(_ domain: String) throws(ScenarioFailure) -> String {
        try ask(["runs", .atom(domain)]).first?.atom ?? "the other machine does not tell"
    }

    func scriptCalls(_ path: String) throws(ScenarioFailure) -> [[String]] {
        try ask(["script-calls", .atom(path)]).map { ($0.list ?? []).compactMap(\.atom) }
    }

    func putBack() throws(ScenarioFailure) { try ask(["put-back"]) }
}

import SExpressions
import ScenarioLanguage
import XendTesting

/// A named connection of the scenario to a console or the debug port.
package final class StreamConnection {
    package let stream: any ByteStream
    /// Up to where `expect` has looked.
    var offset = 0

    init(_ stream: any ByteStream) { self.stream = stream }
}

/// A step on a connection: its acts one after the other.
final class StreamActivity: Activity {
    private let run: ScenarioRun
    private let step: ScenarioStep
    private let name: String
    private let acts: [StreamAct]
    /// Opens a connection from an address, or from the host itself.
    private let open: (String?) throws(ScenarioFailure) -> any ByteStream
    private var origin: String?
    private var index = 0
    private(set) var deadline: Duration?

    /// What a guest may take to say something.
    private static let patience = Duration.seconds(60)

    init(
        _ run: ScenarioRun, _ step: ScenarioStep, name: String, _ acts: [StreamAct],
        open: @escaping (String?) throws(ScenarioFailure) -> any ByteStream
    ) {
        self.run = run
        self.step = step
        self.name = name
        self.acts = acts.isEmpty ? [.connect] : acts
        self.open = open
    }

    func poll() throws(StepFailure) -> Bool {
        do {
            while index < acts.count {
                guard try act(acts[index]) else { return false }
                index += 1
                deadline = nil
            }
        } catch {
            run.lastOutcome = ExchangeOutcome(answer: nil, problem: error.description)
            try run.judge(step, run.lastOutcome)
            return true
        }
        if step.expectation != nil {
            try run.check(step.expectation ?? [], of: step, answer: run.lastOutcome)
        }
        return true
    }

    private func act(_ act: StreamAct) throws(ScenarioFailure) -> Bool {
        switch act {
        case .from(let address):
            origin = address
            return true
        case .connect:
            if deadline == nil {
                run.connections[name] = StreamConnection(try open(origin))
                deadline = run.target.now + Self.patience
            }
            return try isConnected()
        case .send(let template):
            guard try connectIfNeeded() else { return false }
            run.connections[name]?.stream.send(SXPText.bytes(of: try template.text(run.bindings)))
            return true
        case .expect(let pattern):
            guard try connectIfNeeded() else { return false }
            return try expect(pattern)
        case .disconnect:
            run.connections[name]?.stream.close()
            return true
        }
    }

    /// Connects where the story did not say so; a connection that has ended stays what it is, so that its last words can be read.
    private func connectIfNeeded() throws(ScenarioFailure) -> Bool {
        if run.connections[name] == nil { run.connections[name] = StreamConnection(try open(origin)) }
        return try isConnected()
    }

    private func isConnected() throws(ScenarioFailure) -> Bool {
        guard let tcp = run.connections[name]?.stream as? MemoryTCP else { return true }
        if let failure = tcp.failure { throw ScenarioFailure("cannot connect: \(failure)") }
        return tcp.isConnected
    }

    private func expect(_ pattern: Pattern) throws(ScenarioFailure) -> Bool {
        guard let connection = run.connections[name] else { return false }
        if deadline == nil { deadline = run.target.now + Self.patience }
        // Of what has ended, all has been received: what comes between two questions is no word too few.
        let isEnded = connection.stream.isEnded
        let unread = Array(connection.stream.received[connection.offset...])
        if let end = StreamSearch.end(of: pattern, in: unread, run.bindings) {
            connection.offset += end
            return true
        }
        let seen = SExpression.atom(SXPText.string(decoding: unread.suffix(2000)))
        if isEnded {
            throw ScenarioFailure("expected \(pattern) on \(name), but the connection has ended; unread: \(seen)")
        }
        guard let deadline, run.target.now >= deadline else { return false }
        throw ScenarioFailure("expected \(pattern) on \(name) within \(TimeText.text(Self.patience)); unread: \(seen)")
    }
}

/// Finds what a pattern stands for in what came over a stream.
enum StreamSearch {
    /// The number of bytes up to the end of the first match.
    static func end(of pattern: Pattern, in bytes: [UInt8], _ bindings: Bindings) -> Int? {
        switch pattern {
        case .anything, .rest: return bytes.isEmpty ? nil : bytes.count
        case .text(let template): return (try? template.text(bindings)).flatMap { find($0, in: bytes) }
        case .variable(let name): return bindings[name]?.atom.flatMap { find($0, in: bytes) }
        case .regex(let expression):
            let scalars = SXPText.string(decoding: bytes).unicodeScalars
            guard let end = expression.end(ofMatchIn: scalars.map(\.value)) else { return nil }
            return SXPText.bytes(of: String(String.UnicodeScalarView(scalars.prefix(end)))).count
        case .either(let patterns): return patterns.compactMap { self.end(of: $0, in: bytes, bindings) }.min()
        case .all(let patterns):
            let ends = patterns.compactMap { self.end(of: $0, in: bytes, bindings) }
            return ends.count == patterns.count ? ends.max() : nil
        case .not(let inner): return end(of: inner, in: bytes, bindings) == nil ? 0 : nil
        case .less, .greater, .list, .element: return nil
        }
    }

    private static func find(_ text: String, in bytes: [UInt8]) -> Int? {
        let wanted = SXPText.bytes(of: text)
        guard bytes.count >= wanted.count else { return nil }
        for index in 0...(bytes.count - wanted.count) where bytes[index..<(index + wanted.count)].elementsEqual(wanted)
        {
            return index + wanted.count
        }
        return nil
    }
}

import ScenarioRunner
import XendTesting

/// Somebody who reads the events of a host as they happen, loses the connection now and then, and comes back with the number of the
/// last one: of what a daemon tells in its life he gets everything, once, in order.
final class EventReader {
    private let host: RunningHost
    private let target: SimulatedTarget
    private var stream: (any ByteStream)?
    private var parsed = 0
    private var life = 0
    /// What the daemon has published in this life, and what has been read of it, by number.
    private var published: [UInt64] = []
    private var read: [UInt64] = []
    private var looks = 0

    /// A connection lives so many steps.
    private static let stepsOfConnection = 3
    /// Longer than the way of an event to its reader.
    private static let patience = Duration.seconds(30)

    init(_ host: RunningHost, _ target: SimulatedTarget) {
        self.host = host
        self.target = target
    }

    /// An event as it is published.
    func published(_ number: UInt64) {
        meetDaemon()
        published.append(number)
    }

    /// Reads what has come; once in a while the connection is lost.
    /// - Returns: what is wrong.
    func look() -> String? {
        meetDaemon()
        guard host.state == .up else { return nil }
        looks += 1
        take()
        if looks % Self.stepsOfConnection == 0 { leave() }
        if stream?.isEnded ?? true { connect() }
        return problem(published.prefix(read.count))
    }

    /// Reads what is still to come.
    /// - Returns: what is wrong.
    func finish() -> String? {
        meetDaemon()
        guard host.state == .up, life != 0 else { return nil }
        leave()
        connect()
        _ = target.run(
            until: {
                take()
                return read.count >= published.count
            }, limit: Self.patience)
        leave()
        return problem(published[...])
    }

    /// Another daemon counts anew, and has a history of its own.
    private func meetDaemon() {
        let now = host.host.incarnation?.number ?? 0
        guard now != life else { return }
        life = now
        leave()
        published = []
        read = []
    }

    private func connect() {
        var request = WireRequest.get("/xend/event")
        request.headers = [("Accept", "text/event-stream"), ("Last-Event-ID", "\(read.last ?? 0)")]
        stream = try? target.openHTTP(host.name, from: nil)
        parsed = 0
        stream?.send(request.request(host: target.hostHeader(host.name)).bytes)
    }

    private func leave() {
        take()
        stream?.close()
        stream = nil
    }

    /// Of each event that has come whole, its number.
    private func take() {
        guard let bytes = stream?.received, parsed < bytes.count else { return }
        guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")), end >= parsed else { return }
        for line in bytes[parsed...end].split(separator: UInt8(ascii: "\n")) {
            guard line.starts(with: Array("id: ".utf8)) else { continue }
            if let number = UInt64(String(decoding: line.dropFirst(4), as: UTF8.self)) { read.append(number) }
        }
        parsed = end + 1
    }

    private func problem(_ wanted: ArraySlice<UInt64>) -> String? {
        guard read != Array(wanted) else { return nil }
        let place = zip(read, wanted).prefix { $0 == $1 }.count
        func text(_ numbers: some Collection<UInt64>) -> String {
            numbers.dropFirst(place).first.map { "event \($0)" } ?? "nothing"
        }
        return
            "on \(host.name): who came back for the events after \(place) of them reads \(text(read)) and not \(text(wanted))"
    }
}

import AccessControl
import DomainLifecycle
import DomainModel
import HostInterface
import HypervisorInterface
import Synchronization
import Testing

@testable import DomainManagement

/// Several look at a console, one writes: who that is, and what each of them sees.
@Suite struct ConsoleViewerTests {
    private let guest = FakeGuest()

    private func console() async throws -> DomainConsole {
        let authenticator = Authenticator(AccessPolicy(), accounts: NoAccounts(), clock: NoClock())
        let console = DomainConsole(
            listener: NoListener(), domain: DomainUUID(bytes: [UInt8](repeating: 1, count: 16)),
            id: try #require(DomainID(1)), channel: 1, tasks: PlainTasks(), clock: NoClock(),
            authenticator: authenticator, audit: nil, tickets: nil, publish: { _ in })
        await console.join(guest, id: try #require(DomainID(1)), channel: 1, eventPort: 3)
        return console
    }

    @Test func `the first who comes writes, and whoever takes over does`() async throws {
        let console = try await console()
        let (anna, bert) = (FakeViewer("anna"), FakeViewer("bert"))
        try await console.join(anna)
        try await console.join(bert)
        try await anna.stands { $0.isWriter && $0.viewers == 2 }
        try await bert.stands { !$0.isWriter && $0.writer == "anna" }
        bert.does(.typed([1]))
        anna.does(.typed([2]))
        try await guest.hears([2])
        bert.does(.take)
        try await bert.stands { $0.isWriter }
        try await anna.stands { !$0.isWriter && $0.writer == "bert" }
        anna.does(.typed([3]))
        bert.does(.typed([4]))
        try await guest.hears([2, 4])
        // Who does not want to write leaves it to the next, and so does who goes.
        bert.does(.give)
        try await anna.stands { $0.isWriter }
        anna.leaves()
        try await bert.stands { $0.isWriter && $0.viewers == 1 }
        #expect(await console.information.client?.host == "bert")
    }

    @Test func `who comes later sees what was printed, seen or not, and what comes`() async throws {
        let console = try await console()
        guest.prints("one ")
        let anna = FakeViewer("anna")
        try await console.join(anna)
        try await anna.sees("one ")
        anna.leaves()
        while await console.contents().viewers > 0 { await Task.yield() }
        let bert = FakeViewer("bert")
        try await console.join(bert)
        guest.prints("two")
        try await bert.sees("one two")
        #expect(await console.contents().bytes == Array("one two".utf8))
    }

    @Test func `a line is typed when nobody writes, or when that is meant, and while there is a guest`() async throws {
        let console = try await console()
        try await console.type([1], over: false)
        let anna = FakeViewer("anna")
        try await console.join(anna)
        await #expect(throws: OperationError.self) { try await console.type([2], over: false) }
        try await console.type([3], over: true)
        try await guest.hears([1, 3])
        await console.leave()
        try await anna.stands { !$0.isJoined }
        await #expect(throws: OperationError.self) { try await console.type([4], over: true) }
    }

    @Test func `no more than there are places for, and none at one that is closed`() async throws {
        let console = try await console()
        for number in 0..<DomainConsole.maximumClients { try await console.join(FakeViewer("\(number)")) }
        await #expect(throws: OperationError.self) { try await console.join(FakeViewer("late")) }
        await console.close()
        await #expect(throws: OperationError.self) { try await console.join(FakeViewer("later")) }
    }

    @Test func `what is kept is what came last, and what nobody has seen is known`() {
        var backlog = ConsoleBacklog()
        backlog.append([1, 2])
        #expect(backlog.contents == [1, 2] && !backlog.isEmpty)
        backlog.markSeen()
        #expect(backlog.isEmpty && backlog.contents.isEmpty && backlog.all == [1, 2])
        backlog.append([3])
        #expect(backlog.contents == [3] && backlog.all == [1, 2, 3])
        backlog.append([UInt8](repeating: 4, count: 3 * ConsoleBacklog.limit))
        #expect(backlog.contents.count == ConsoleBacklog.limit && backlog.all.count == ConsoleBacklog.limit)
        backlog.markSeen()
        backlog.append([UInt8](repeating: 5, count: 2 * ConsoleBacklog.limit))
        #expect(backlog.contents.allSatisfy { $0 == 5 } && backlog.contents.count == ConsoleBacklog.limit)
    }
}

// MARK: - What stands around it

/// Somebody who looks, and does what a test says.
private final class FakeViewer: ConsoleViewer {
    let who: String
    private let (inputs, feed) = AsyncStream.makeStream(of: ConsoleInput.self)
    private let state = Mutex((shown: [UInt8](), standing: ConsoleStanding?.none))

    init(_ who: String) { self.who = who }

    var peer: NetworkAddress { NetworkAddress(host: who, port: 1) }
    func does(_ input: ConsoleInput) { feed.yield(input) }
    func leaves() { feed.finish() }

    func next() async -> ConsoleInput? {
        for await input in inputs { return input }
        return nil
    }
    func show(_ bytes: [UInt8]) async throws(NetworkError) { state.withLock { $0.shown += bytes } }
    func tell(_ standing: ConsoleStanding) async throws(NetworkError) { state.withLock { $0.standing = standing } }
    func close() async { feed.finish() }

    func stands(_ isSo: (ConsoleStanding) -> Bool) async throws {
        try await eventually { state.withLock { $0.standing }.map(isSo) ?? false }
    }
    func sees(_ text: String) async throws {
        try await eventually { state.withLock { $0.shown } == Array(text.utf8) }
    }
}

/// The guest's end of a console.
private final class FakeGuest: ConsoleStream {
    private let heard = Mutex<[UInt8]>([])
    private let (output, feed) = AsyncStream.makeStream(of: [UInt8].self)

    func prints(_ text: String) { feed.yield(Array(text.utf8)) }
    func hears(_ bytes: [UInt8]) async throws { try await eventually { heard.withLock { $0 } == bytes } }

    func read() async throws(HypervisorError) -> [UInt8] { [] }
    func write(_ bytes: [UInt8]) async throws(HypervisorError) { heard.withLock { $0 += bytes } }
    func close() async { feed.finish() }
    func follow(
        _ spawn: @escaping @Sendable (@escaping @Sendable () async -> Void) -> Void,
        _ body: @escaping @Sendable ([UInt8]) async -> Bool
    ) {
        spawn { [output] in
            for await bytes in output { _ = await body(bytes) }
        }
    }
}

/// Others work meanwhile; what does not come to be so is told.
private func eventually(_ isSo: () -> Bool) async throws {
    for _ in 0..<100_000 {
        if isSo() { return }
        await Task.yield()
    }
    Issue.record("it does not come to be so")
}

private struct NoListener: NetworkListener {
    let port: UInt16 = 9601
    let connections = AsyncStream<any NetworkConnection> { $0.finish() }
    func close() async {}
}

private struct PlainTasks: TaskSpawner {
    func spawn(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never> { Task { await body() } }
}

private struct NoAccounts: AccountDirectory {
    let ownUser: UInt32 = 0
    func account(ofUser uid: UInt32) async -> HostInterface.Account { .init(uid: uid, name: nil) }
}

/// Time does not pass, and nobody waits for it.
private struct NoClock: HostClock {
    var now: Instant { Instant(nanoseconds: 0) }
    var wallTime: WallTime { WallTime(seconds: 0) }
    func sleep(until deadline: Instant) async throws(CancellationError) {}
}

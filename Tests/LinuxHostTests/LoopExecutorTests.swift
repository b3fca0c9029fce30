import HostInterface
import LinuxHost
import NIOCore
import NIOPosix
import Testing

@Suite("Tasks on an event loop") struct LoopExecutorTests {
    let executor = LoopExecutor()

    /// An actor as the daemon's are: without an executor of its own.
    private actor Core {
        func isOn(_ loop: any EventLoop) -> Bool { loop.inEventLoop }
    }

    /// What a task on the loop answers.
    private func answer<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) async -> Value? {
        let (answers, answer) = AsyncStream.makeStream(of: Value.self)
        LinuxTasks(on: executor).spawn {
            answer.yield(await body())
            answer.finish()
        }
        return await answers.first { _ in true }
    }

    @Test("Tasks, their children and the actors that they ask are on its thread, before a wait and after it")
    func everything() async {
        let places = await answer { [loop = executor.loop] in
            let core = Core()
            var places = [loop.inEventLoop, await core.isOn(loop)]
            try? await LinuxClock().sleep(for: .milliseconds(1))
            places += [loop.inEventLoop, await core.isOn(loop)]
            _ = try? await LinuxFiles().read("/proc/self/stat", limit: 4096)
            places += [loop.inEventLoop, await core.isOn(loop)]
            await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<3 { group.addTask { await core.isOn(loop) && loop.inEventLoop } }
                for await place in group { places.append(place) }
            }
            return places
        }
        #expect(places == Array(repeating: true, count: 9))
    }

    @Test("Nobody who always has something to do keeps the loop from its sockets", .timeLimit(.minutes(1)))
    func fairness() async throws {
        let busy = LinuxTasks(on: executor).spawn { while !Task.isCancelled { await Task.yield() } }
        defer { busy.cancel() }
        let loop = executor.loop
        let (over, arrived) = (loop.makePromise(of: Void.self), loop.makePromise(of: Void.self))
        loop.scheduleTask(in: .milliseconds(5)) { over.succeed() }
        let listener = try await ServerBootstrap(group: loop)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { arrived.succeed() }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(listener.localAddress?.port)
        let peer = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port).get()
        try await arrived.futureResult.get()
        try await over.futureResult.get()
        try await peer.close()
        try await listener.close()
    }

    @Test("What is begun from several threads is all done") func foreign() async {
        let executor = executor
        let sum = await withTaskGroup(of: Int.self) { group in
            for number in 0..<200 {
                group.addTask {
                    let (answers, answer) = AsyncStream.makeStream(of: Int.self)
                    LinuxTasks(on: executor).spawn { answer.yield(number) }
                    return await answers.first { _ in true } ?? 0
                }
            }
            return await group.reduce(0, +)
        }
        #expect(sum == 199 * 100)
    }
}

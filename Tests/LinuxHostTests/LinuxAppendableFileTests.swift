import Dispatch
import HostInterface
import Synchronization
import SystemPackage
import Testing

@testable import LinuxHost

@Suite("A file that is appended to") struct LinuxAppendableFileTests {
    let directory = TemporaryDirectory()

    private final class Counter: Sendable { let value = Mutex(0) }

    @Test("what is appended does not wait for a sync that takes long") func appendingBesideASync() async throws {
        let busy = BlockingPool()
        let gate = DispatchSemaphore(value: 0)
        let begun = Counter()
        let blocked = (0..<BlockingPool.threadCount).map { _ in
            Task {
                await busy.run {
                    begun.value.withLock { $0 += 1 }
                    gate.wait()
                }
            }
        }
        while begun.value.withLock({ $0 }) < blocked.count { await Task.yield() }
        let place = FilePath(directory.path + "/journal")
        let descriptor = try FileDescriptor.open(
            place, .writeOnly, options: [.create, .append], permissions: .ownerReadWrite)
        let journal = LinuxAppendableFile("/journal", descriptor, syncing: busy)
        let sync = Task { try await journal.sync() }
        for number in 0..<100 { try await journal.append([UInt8(number)]) }
        #expect(try await LinuxFiles(root: directory.root).read("/journal", limit: 200).count == 100)
        for _ in blocked { gate.signal() }
        for task in blocked { await task.value }
        try await sync.value
        await journal.close()
    }
}

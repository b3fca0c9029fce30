import HostInterface
import SimulatedHypervisor

/// A log of a daemon that can be killed: what it still has to say then is said to nobody, as on a real host.
struct FencedLog: LogSink {
    let log: any LogSink
    let life: Incarnation?

    func append(_ line: any LogEntry) { if life?.isFenced != true { log.append(line) } }

    func newest(limit: Int) async -> [UInt8] { await log.newest(limit: limit) }
}

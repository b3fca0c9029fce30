import HTTPInterface
import HostInterface
import NIOEmbedded
import SExpressions
import SimulatedHost
import XendDaemon
import XendServer

/// What a daemon on a simulated host has around it beside that host: where HTTP comes from, where its log and configuration are.
public protocol Surroundings: AnyObject, Sendable {
    /// Where the lines of xend's log go, through all lives of the daemon.
    var log: any LogSink { get }
    /// Where the lines go that say who did or tried what, through all lives of the daemon.
    var audit: any LogSink { get }
    /// Where the lines go that say what happened to the domains and why, through all lives of the daemon.
    var history: any LogSink { get }
    /// The text of xend-config.sxp; nil when there is none.
    /// - Throws: why it cannot be read.
    func configuration(of host: SimulatedHost) throws -> String?
    /// The last word about configuration and options.
    func adapt(_ configuration: inout XendConfiguration, _ options: inout DaemonOptions)
    /// A life of the daemon begins: what it gets.
    func begin(_ handles: Host) -> (host: Host, http: any HTTPListening)
    /// The life is over, orderly or not: whatever is still open breaks off.
    func end()
}

/// All of it in memory.
final class MemorySurroundings: Surroundings, @unchecked Sendable {
    let memoryLog = MemoryLog()
    private let memoryAudit = MemoryLog()
    private let memoryHistory = MemoryLog()
    private(set) var http: MemoryHTTP?
    private let loop: EmbeddedEventLoop
    private let adaptation: (inout DaemonOptions) -> Void

    /// - Parameter loop: shared by all channels of the world.
    init(loop: EmbeddedEventLoop, adapt: @escaping (inout DaemonOptions) -> Void = { _ in }) {
        self.loop = loop
        adaptation = adapt
    }

    var log: any LogSink { memoryLog }
    var audit: any LogSink { memoryAudit }
    var history: any LogSink { memoryHistory }

    func configuration(of host: SimulatedHost) -> String? {
        let path = XendConfiguration.defaultPath
        let fault = host.faults.pass(.disk, FileOperation.read.rawValue, path)
        return host.files.contents(path).map { SXPText.string(decoding: fault.damaged($0)) }
    }

    func adapt(_ configuration: inout XendConfiguration, _ options: inout DaemonOptions) { adaptation(&options) }

    func begin(_ handles: Host) -> (host: Host, http: any HTTPListening) {
        let http = MemoryHTTP(network: handles.network, loop: loop)
        self.http = http
        return (handles, http)
    }

    func end() {
        http?.breakOff()
        http = nil
    }
}

import HostInterface
import Logging
import Synchronization

/// Turns the messages of swift-log into lines of xend's log, with the time of the daemon's own clock.
public struct LogLineHandler: LogHandler {
    /// Below this nothing is written: `loglevel` of the configuration, unless somebody has set another one.
    public var logLevel: Logger.Level {
        get { own ?? threshold.level }
        set { own = newValue }
    }
    private var own: Logger.Level?
    private let threshold: LogThreshold
    /// Kept as swift-log asks; the log of 2004 has no place for it.
    public var metadata: Logger.Metadata = [:]
    private let clock: any HostClock
    private let sink: any LogSink

    public init(clock: any HostClock, sink: any LogSink, threshold: LogThreshold = LogThreshold(.debug)) {
        self.clock = clock
        self.sink = sink
        self.threshold = threshold
    }

    /// One of the ``metadata``.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes a line in the format of 2004 (reference/lifecycle-and-events.md §7).
    public func log(event: LogEvent) {
        sink.append(
            LogLine(
                time: clock.wallTime, level: event.level.originalName, module: LogLineHandler.module(event.file),
                line: event.line, text: text(event)))
    }

    private func text(_ event: LogEvent) -> String {
        let (message, more) = (event.message.description, event.metadata ?? [:])
        return metadata.isEmpty && more.isEmpty ? message : message + facts(more)
    }

    private func facts(_ more: Logger.Metadata) -> String {
        // Sorted: the log of a simulated run is the same every time.
        let all = metadata.merging(more) { $1 }.sorted { $0.key < $1.key }
        return all.map { " \($0.key)=\($0.value)" }.joined()
    }

    /// `DomainManager` of `…/DomainManager.swift`.
    private static func module(_ file: String) -> String {
        var file = file
        return file.withUTF8 { bytes in
            let start = bytes.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
            let end = bytes[start...].firstIndex(of: UInt8(ascii: ".")) ?? bytes.count
            return String(decoding: bytes[start..<end], as: UTF8.self)
        }
    }
}

/// From where on something is worth a line, for all that write one.
public final class LogThreshold: Sendable {
    private let held: Mutex<Logger.Level>

    /// - Parameter level: to begin with.
    public init(_ level: Logger.Level) { held = Mutex(level) }

    /// Below this nothing is written.
    public var level: Logger.Level {
        get { held.withLock { $0 } }
        set { held.withLock { $0 = newValue } }
    }
}

extension Logger.Level {
    /// The original's names of levels, which `loglevel` in xend-config.sxp uses too.
    public var originalName: String {
        switch self {
        case .trace, .debug: "DEBUG"
        case .info, .notice: "INFO"
        case .warning: "WARNING"
        case .error: "ERROR"
        case .critical: "CRITICAL"
        }
    }

    /// - Returns: nil for a name the original did not have.
    public init?(originalName name: String) {
        switch name {
        case "DEBUG", "NOTSET": self = .debug
        case "INFO": self = .info
        case "WARNING", "WARN": self = .warning
        case "ERROR": self = .error
        case "CRITICAL", "FATAL": self = .critical
        default: return nil
        }
    }
}

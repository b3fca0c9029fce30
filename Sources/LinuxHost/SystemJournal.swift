import Glibc
import HostInterface

/// systemd's journal, in its native protocol: a datagram for each entry, a field on each line.
///
/// It is told what a log is told, and is not the place where that is kept: what it does not take at once it does not get.
public final class SystemJournal: Sendable {
    /// Where it listens on a machine that has it.
    public static let standardPath = "/run/systemd/journal/socket"
    /// Bytes of an entry; the kernel takes datagrams of about this size.
    static let entryLimit = 64 << 10

    private let socket: Int32
    private let identifier: String

    /// - Parameters:
    ///   - path: of its socket, below the root.
    ///   - identifier: `SYSLOG_IDENTIFIER` of all entries.
    /// - Returns: nil when there is none.
    public init?(path: String = SystemJournal.standardPath, root: HostRoot = HostRoot(), identifier: String = "xend") {
        self.identifier = identifier
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let place = Array(root.file(path).utf8)
        guard place.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: place) }
        let socket = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return nil }
        let isThere = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        guard isThere else {
            close(socket)
            return nil
        }
        self.socket = socket
    }

    deinit { close(socket) }

    /// Tells it of an entry. Never waits.
    public func tell(_ entry: any LogEntry) {
        let bytes = Self.datagram(entry.fields + [("SYSLOG_IDENTIFIER", identifier), ("PRIORITY", "6")])
        guard bytes.count <= Self.entryLimit else { return }
        _ = bytes.withUnsafeBytes {
            send(socket, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
        }
    }

    /// `NAME=VALUE` and a line feed; where the value has line feeds itself, its length as 64 bits, little-endian, stands in front.
    static func datagram(_ fields: [(name: String, value: String)]) -> [UInt8] {
        var bytes: [UInt8] = []
        for (name, value) in fields {
            bytes += name.utf8
            if value.utf8.contains(UInt8(ascii: "\n")) {
                bytes.append(UInt8(ascii: "\n"))
                withUnsafeBytes(of: UInt64(value.utf8.count).littleEndian) { bytes += $0 }
            } else {
                bytes.append(UInt8(ascii: "="))
            }
            bytes += value.utf8
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }
}

/// A log that systemd's journal is told, too.
public struct JournaledLog: LogSink {
    private let log: any LogSink
    private let journal: SystemJournal

    /// - Parameters:
    ///   - log: where the lines are kept.
    ///   - journal: what else is told.
    public init(_ log: any LogSink, journal: SystemJournal) {
        self.log = log
        self.journal = journal
    }

    public func append(_ line: any LogEntry) {
        log.append(line)
        journal.tell(line)
    }

    public func newest(limit: Int) async -> [UInt8] { await log.newest(limit: limit) }
}

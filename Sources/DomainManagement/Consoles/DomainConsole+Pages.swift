import DomainLifecycle
import SExpressions

// What pages ask of a console: who asks has been asked for by whoever serves the page.

extension DomainConsole: ConsoleHub {
    /// Joins somebody who looks from a page, and is shown the last that was printed, seen or not.
    /// - Throws: `refused`, when there are too many.
    func join(_ viewer: any ConsoleViewer) throws(OperationError) {
        guard !isShut else { throw OperationError(.notFound, "no console on port \(port)") }
        guard !isFull else {
            throw OperationError(
                .refused, "\(Self.maximumClients) viewers of a console are enough; some of them have to leave")
        }
        admit(viewer, isNew: false)
    }

    /// What was printed last, and who may write.
    func contents() -> ConsoleContents {
        ConsoleContents(bytes: printed, writer: writerName, viewers: viewerCount, isJoined: isJoined)
    }

    /// Types for somebody who does not stay.
    func type(_ bytes: [UInt8], over isOver: Bool) async throws(OperationError) {
        if let writer = writerName, !isOver {
            throw OperationError(
                .refused, "\(writer) writes at console \(port); look on, or say that you type all the same")
        }
        guard await write(bytes) else {
            throw OperationError(.refused, "nobody reads at console \(port) now: the domain is not there")
        }
    }
}

/// A console, to look at and to type.
public protocol ConsoleHub: Sendable {
    /// Joins somebody who stays and looks; it ends when the viewer, or the console, does.
    /// - Throws: `notFound`, or `refused` when there are too many.
    func join(_ viewer: any ConsoleViewer) async throws(OperationError)
    /// What has been printed last, and who writes.
    func contents() async -> ConsoleContents
    /// Types for somebody who does not stay.
    /// - Parameter isOver: also while somebody else may write.
    /// - Throws: `refused`, when somebody else may write, or the guest is not there.
    func type(_ bytes: [UInt8], over isOver: Bool) async throws(OperationError)
    /// Closes every client's connection; listening goes on.
    func disconnect() async
}

/// A console as a page shows it that does not stay connected.
public struct ConsoleContents: Hashable, Sendable {
    /// The last 64 KiB that the guest has printed.
    public var bytes: [UInt8]
    /// Who may write; nil: nobody is connected.
    public var writer: String?
    /// Who is connected.
    public var viewers: Int
    /// The guest is there.
    public var isJoined: Bool

    public init(bytes: [UInt8], writer: String?, viewers: Int, isJoined: Bool) {
        self.bytes = bytes
        self.writer = writer
        self.viewers = viewers
        self.isJoined = isJoined
    }
}

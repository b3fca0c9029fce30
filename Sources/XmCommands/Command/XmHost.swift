// What xm needs from the machine it runs on.

import HostInterface
import XendClient

/// Terminal, files, time and chance, passed in so that commands can be tested without them.
public protocol XmHost: Sendable {
    /// Writes to standard output.
    func write(_ text: String)
    /// Writes to standard error.
    func writeError(_ text: String)
    /// The contents of a file. Throws the system's words when it cannot be read.
    func readFile(_ path: String) throws(XmFailure) -> [UInt8]
    /// Opens a file of any size. Throws the system's words when that cannot be.
    func openFile(_ path: String) throws(XmFailure) -> any ReadableFile
    /// Writes bytes to standard output, all of them. Throws the system's words when they cannot be written.
    func write(_ bytes: [UInt8]) throws(XmFailure)
    /// Whether standard output is a terminal, which bytes that are no text would garble and whose screen can be erased.
    var outputIsTerminal: Bool { get }
    /// Whether what is written may have colours: on a terminal that has them, unless `NO_COLOR` is set.
    var showsColours: Bool { get }
    /// Writes a long text to standard output; on a terminal through the user's `PAGER`.
    func page(_ text: String)
    /// Whether something is there by that name.
    func fileExists(_ path: String) -> Bool
    /// What relative paths are relative to; absolute.
    var currentDirectory: String { get }
    /// Waits.
    func pause(_ duration: Duration) async
    /// Eight random bits, for addresses of network interfaces.
    func randomByte() -> UInt8
    /// The time of day in the user's zone, `HH:MM:SS`.
    func timeOfDay() -> String
    /// Seconds since this machine was started, if it tells.
    func machineUpTime() -> Double?
    /// Seconds since some moment, for intervals.
    func elapsedSeconds() -> Double
    /// Whether standard error is a terminal, on which a line of progress can be rewritten.
    var showsProgress: Bool { get }
    /// Joins the user's terminal to a console until the user types Ctrl-] or the other end closes.
    /// - Parameter ticket: shown first, where a connection does not tell who it is of.
    func attachConsole(host: String, port: Int, ticket: String?) async throws(XmFailure)
}

/// Why a command ends before its end.
public enum XmFailure: Error, Equatable, Sendable {
    /// `Error: TEXT`, status 1.
    case error(String)
    /// The daemon could not be reached: the system's words, then what that means.
    case unreachable(String)
    /// Everything has been said already.
    case exit(Int32)

    init(_ error: XendError) {
        switch error {
        case .unreachable(let text): self = .unreachable(text)
        case .refused(let text, _), .unreadable(let text), .invalid(let text): self = .error(text)
        }
    }
}

/// Which tool's arguments and outputs are wanted.
public enum XmFormat: Equatable, Sendable {
    /// `xm` of Xen 2.0: seven columns, five letters of state, the console's port.
    case original
    /// `xm` of Xen 3 with its six columns, chosen by `XM_FORMAT=xl`: long listings are SXP.
    case later
    /// The program was called as `xl`: six columns, long listings are JSON.
    case xl

    /// Chooses by the name of the program and the environment variable `XM_FORMAT`.
    public init(program: String, variable: String?) {
        let name = program.split(separator: "/").last.map(String.init) ?? program
        if name == "xl" {
            self = .xl
        } else {
            self = variable == "xl" ? .later : .original
        }
    }

    var hasSixColumns: Bool { self != .original }
}

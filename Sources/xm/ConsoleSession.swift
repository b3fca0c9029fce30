// `xm console`: the user's terminal joined to the TCP port of a console.

import Glibc
import XmCommands

/// One attachment. It ends when the user types Ctrl-], the other end closes, the terminal goes away or xm is told to
/// end; the terminal is then as it was before.
struct ConsoleSession {
    let host: String
    let port: Int
    /// What tells xend who this is, where the connection does not.
    let ticket: String?

    private static let escape = UInt8(ascii: "]") - 64
    private static let banner = "************ REMOTE CONSOLE: CTRL-] TO QUIT ********\n"
    private static let farewell = "\n************ REMOTE CONSOLE EXITED *****************\n"
    /// Bytes typed or pasted that the domain has not taken yet; more are left in the terminal.
    private static let pendingLimit = 1 << 20

    func run(_ machine: Machine) throws(XmFailure) {
        let socket = try connect()
        defer { close(socket) }
        guard let signals = EndingSignals() else { throw failure("cannot watch for signals") }
        let terminal = TerminalMode()
        machine.write(ConsoleSession.banner)
        terminal?.setRaw()
        var pump = Pump(socket: socket, signals: signals, isTerminal: terminal != nil, first: opening)
        let signal = pump.run()
        terminal?.restore()
        signals.stop()
        machine.write(ConsoleSession.farewell)
        if let signal { EndingSignals.end(by: signal) }
    }

    /// The line with which a ticket is shown.
    private var opening: [UInt8] { ticket.map { Array("ticket \($0)\n".utf8) } ?? [] }

    private func failure(_ what: String) -> XmFailure {
        .error("\(what): \(String(cString: strerror(errno)))")
    }

    // MARK: Connecting

    private func connect() throws(XmFailure) -> Int32 {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &list)
        guard code == 0 else { throw .error("cannot find \(host): \(String(cString: gai_strerror(code)))") }
        defer { freeaddrinfo(list) }
        var next = list
        errno = ECONNREFUSED
        while let address = next?.pointee {
            let descriptor = socket(address.ai_family, address.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
            if descriptor >= 0 {
                if Glibc.connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 { return descriptor }
                let reason = errno
                close(descriptor)
                errno = reason
            }
            next = address.ai_next
        }
        throw failure("cannot connect to the console at \(host):\(port)")
    }

    // MARK: The two directions

    private struct Pump {
        let socket: Int32
        let signals: EndingSignals
        /// Asked while it was there: one that has gone says it is none.
        let isTerminal: Bool
        private var pending: [UInt8] = []
        private var readsInput = true
        private var buffer = [UInt8](repeating: 0, count: 16384)

        /// - Parameter first: what is sent before anything that is typed.
        init(socket: Int32, signals: EndingSignals, isTerminal: Bool, first: [UInt8]) {
            self.socket = socket
            self.signals = signals
            self.isTerminal = isTerminal
            pending = first
        }

        /// Passes bytes on until something ends it. Returns the signal if that was what did.
        mutating func run() -> Int32? {
            while true {
                var events = [
                    pollfd(fd: socket, events: Int16(POLLIN) | (pending.isEmpty ? 0 : Int16(POLLOUT)), revents: 0),
                    pollfd(fd: signals.readEnd, events: Int16(POLLIN), revents: 0),
                    pollfd(fd: takesInput ? STDIN_FILENO : -1, events: Int16(POLLIN), revents: 0),
                ]
                if poll(&events, nfds_t(events.count), -1) < 0 {
                    if errno == EINTR { continue }
                    return nil
                }
                if let signal = signals.received() { return signal }
                if events[0].revents & Int16(POLLIN | POLLHUP | POLLERR) != 0, !receive() { return nil }
                if events[0].revents & Int16(POLLOUT) != 0, !send() { return nil }
                if events[2].revents != 0, !readInput() { return nil }
            }
        }

        private var takesInput: Bool { readsInput && pending.count < ConsoleSession.pendingLimit }

        private mutating func receive() -> Bool {
            let count = recv(socket, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            if count < 0 { return errno == EAGAIN || errno == EINTR }
            var start = 0
            while start < count {
                let written = buffer[start..<count].withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
                if written < 0 && errno != EINTR { return false }
                start += max(0, written)
            }
            return count > 0
        }

        private mutating func send() -> Bool {
            let flags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
            let count = Glibc.send(socket, pending, pending.count, flags)
            if count < 0 { return errno == EAGAIN || errno == EINTR }
            pending.removeFirst(count)
            return true
        }

        /// False when the user has left.
        private mutating func readInput() -> Bool {
            let count = read(STDIN_FILENO, &buffer, buffer.count)
            if count < 0 && errno == EINTR { return true }
            guard count > 0 else {
                // A terminal that is gone takes xm with it. A file that has ended leaves a reader.
                readsInput = false
                return count == 0 && !isTerminal
            }
            guard let leave = buffer[..<count].firstIndex(of: ConsoleSession.escape) else {
                pending += buffer[..<count]
                return true
            }
            pending += buffer[..<leave]
            _ = send()
            return false
        }
    }
}

// The terminal: raw while a console is attached, and as it was afterwards, however xm ends.

import Glibc

/// Puts the terminal of standard input into raw mode and back.
struct TerminalMode {
    private let saved: termios

    /// nil where standard input is no terminal: then there is nothing to change.
    init?() {
        var settings = termios()
        guard tcgetattr(STDIN_FILENO, &settings) == 0 else { return nil }
        saved = settings
    }

    /// Every key is passed on as it is typed, Ctrl-C too; what is shown is what the domain sends.
    func setRaw() {
        var raw = saved
        raw.c_iflag &= ~tcflag_t(BRKINT | ICRNL | INPCK | ISTRIP | IXON)
        raw.c_oflag &= ~tcflag_t(OPOST)
        raw.c_cflag &= ~tcflag_t(CSIZE | PARENB)
        raw.c_cflag |= tcflag_t(CS8)
        raw.c_lflag &= ~tcflag_t(ECHO | ICANON | IEXTEN | ISIG)
        withUnsafeMutableBytes(of: &raw.c_cc) { characters in
            characters[Int(VMIN)] = 1
            characters[Int(VTIME)] = 0
        }
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw)
    }

    func restore() {
        var settings = saved
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
    }
}

/// Signals that end xm, turned into bytes in a pipe while a console is attached, so that the end is an orderly one.
struct EndingSignals {
    /// The end that handlers write to. A handler can be given nothing, so it must find this here; it is set before
    /// the handlers are installed and never changed while they are.
    nonisolated(unsafe) private static var writeEnd: Int32 = -1
    private static let signals = [SIGHUP, SIGINT, SIGTERM, SIGQUIT]

    /// Readable once a signal has come; the byte is its number.
    let readEnd: Int32

    init?() {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        readEnd = ends[0]
        EndingSignals.writeEnd = ends[1]
        for number in EndingSignals.signals {
            signal(number) { number in
                var byte = UInt8(truncatingIfNeeded: number)
                _ = write(EndingSignals.writeEnd, &byte, 1)
            }
        }
    }

    /// The signal that has come, if one has.
    func received() -> Int32? {
        var byte: UInt8 = 0
        return read(readEnd, &byte, 1) == 1 ? Int32(byte) : nil
    }

    /// Ends xm by a signal that was caught, so that whoever started xm sees what ended it.
    static func end(by number: Int32) {
        // The threads of Swift's pool block signals, and this may be one of them.
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, number)
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
        raise(number)
    }

    /// Signals end xm again by themselves.
    func stop() {
        for number in EndingSignals.signals { signal(number, SIG_DFL) }
        close(readEnd)
        close(EndingSignals.writeEnd)
        EndingSignals.writeEnd = -1
    }
}

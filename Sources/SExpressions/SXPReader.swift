/// Reads SXP that arrives in pieces of any size.
///
///     var reader = SXPReader()
///     try reader.feed(bytes)
///     while let value = reader.next() { … }
///
/// A value is available as soon as its top-level form is complete; a bare word at top level only when what follows it
/// shows that it is. Call `next()` until it returns nil: one piece may complete several values. Values that were
/// complete before an error can still be fetched; after an error every further call of `feed` throws it again.
///
/// The rules are those of xend 2.0's parser, except for the crashes: octal escapes may have one to three digits, and
/// everything that is not closed at the end is an error.
public struct SXPReader: Sendable {
    public init(limits: SXPLimits = .standard) {
        self.limits = limits
    }

    /// Takes the next piece of the input. After the end of the input, pieces are ignored.
    public mutating func feed(_ bytes: some Sequence<UInt8>) throws(SXPError) {
        if let failure { throw failure }
        do throws(SXPError) {
            // Copied once: going through a foreign sequence byte by byte costs more.
            for byte in Array(bytes) {
                try checkLength()
                try take(byte)
                position.advance(over: byte)
            }
        } catch {
            failure = error
            throw error
        }
    }

    /// Ends the input: a bare word at top level is now complete.
    public mutating func finish() throws(SXPError) {
        if let failure { throw failure }
        do throws(SXPError) {
            try end()
        } catch {
            failure = error
            throw error
        }
    }

    /// The next complete value, if there is one.
    public mutating func next() -> SExpression? {
        nextLocated()?.value
    }

    /// The next complete value, with the places where it and its parts were written.
    public mutating func nextLocated() -> LocatedSExpression? {
        ready.removeFirst()
    }

    // MARK: State

    private let limits: SXPLimits
    private var state = State.between
    /// Where the byte now read stands.
    private var position = SXPPosition()
    /// The bytes of the word or string now read.
    private var token: [UInt8] = []
    private var tokenStart = SXPPosition()
    /// The lists that are open, outermost first.
    private var open: [OpenList] = []
    /// Where the top-level form now read began, and how many values it has so far.
    private var form: (start: SXPPosition, values: Int)?
    private var ready = Queue()
    private var failure: SXPError?

    private enum State: Sendable {
        case between
        case comment
        case word
        case string(quote: UInt8)
        case escape(quote: UInt8)
        case hex(quote: UInt8, high: UInt8?)
        case octal(quote: UInt8, value: Int, digits: Int)
        case ended
    }

    private struct OpenList: Sendable {
        let position: SXPPosition
        var members: [LocatedSExpression] = []
    }
}

// MARK: - Bytes to tokens

extension SXPReader {
    private mutating func take(_ byte: UInt8) throws(SXPError) {
        switch state {
        case .between:
            try start(byte)
        case .comment:
            if byte == Ascii.lineFeed { state = .between }
        case .word:
            if Ascii.isSpace(byte) || Ascii.isSeparator(byte) || byte == Ascii.hash {
                try endToken(quoted: false)
                try start(byte)
            } else {
                token.append(byte)
            }
        case .string(let quote):
            try takeInString(byte, quote: quote)
        case .escape(let quote):
            try takeEscape(byte, quote: quote)
        case .hex(let quote, let high):
            try takeHex(byte, quote: quote, high: high)
        case .octal(let quote, let value, let digits):
            try takeOctal(byte, quote: quote, value: value, digits: digits)
        case .ended:
            break
        }
    }

    /// A byte where a token may start.
    private mutating func start(_ byte: UInt8) throws(SXPError) {
        switch byte {
        case Ascii.hash: state = .comment
        case Ascii.open: try openList()
        case Ascii.close: try closeList()
        case Ascii.singleQuote, Ascii.doubleQuote: startToken(.string(quote: byte))
        case Ascii.endOfInput: try end()
        case _ where Ascii.isSpace(byte): break
        case 0x21...0x7E:
            startToken(.word)
            token.append(byte)
        default: throw SXPError(.invalidCharacter(byte), at: position)
        }
    }

    private mutating func takeInString(_ byte: UInt8, quote: UInt8) throws(SXPError) {
        switch byte {
        case quote: try endToken(quoted: true)
        case Ascii.backslash: state = .escape(quote: quote)
        default: token.append(byte)
        }
    }

    /// The byte after a backslash.
    private mutating func takeEscape(_ byte: UInt8, quote: UInt8) throws(SXPError) {
        switch byte {
        case UInt8(ascii: "x"):
            state = .hex(quote: quote, high: nil)
        case UInt8(ascii: "0")...UInt8(ascii: "7"):
            state = .octal(quote: quote, value: Int(byte - UInt8(ascii: "0")), digits: 1)
        default:
            guard let value = Ascii.escaped(byte) else { throw SXPError(.invalidEscape(byte), at: position) }
            endEscape(value, quote: quote)
        }
    }

    private mutating func takeHex(_ byte: UInt8, quote: UInt8, high: UInt8?) throws(SXPError) {
        guard let digit = Ascii.hexValue(byte) else { throw SXPError(.invalidHexEscape(byte), at: position) }
        if let high {
            endEscape(high << 4 | digit, quote: quote)
        } else {
            state = .hex(quote: quote, high: digit)
        }
    }

    private mutating func takeOctal(_ byte: UInt8, quote: UInt8, value: Int, digits: Int) throws(SXPError) {
        guard digits < 3, (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(byte) else {
            endEscape(UInt8(value), quote: quote)
            return try takeInString(byte, quote: quote)
        }
        let value = value << 3 | Int(byte - UInt8(ascii: "0"))
        guard value <= 0o377 else { throw SXPError(.octalOutOfRange(value), at: position) }
        state = .octal(quote: quote, value: value, digits: digits + 1)
    }

    private mutating func endEscape(_ byte: UInt8, quote: UInt8) {
        token.append(byte)
        state = .string(quote: quote)
    }

    private mutating func startToken(_ state: State) {
        self.state = state
        tokenStart = position
        beginForm()
    }

    private mutating func endToken(quoted: Bool) throws(SXPError) {
        let text = SXPText.string(decoding: token)
        token.removeAll(keepingCapacity: true)
        state = .between
        try add(LocatedSExpression(position: tokenStart, kind: .atom(text, quoted: quoted)))
    }

    private mutating func end() throws(SXPError) {
        switch state {
        case .between, .comment, .ended: break
        case .word: try endToken(quoted: false)
        case .string, .escape, .hex, .octal: throw SXPError(.unexpectedEOF(opened: tokenStart), at: position)
        }
        if let innermost = open.last { throw SXPError(.unexpectedEOF(opened: innermost.position), at: position) }
        state = .ended
    }
}

// MARK: - Tokens to values

extension SXPReader {
    private mutating func openList() throws(SXPError) {
        guard open.count < limits.depth else { throw SXPError(.tooDeep(limit: limits.depth), at: position) }
        beginForm()
        open.append(OpenList(position: position))
    }

    private mutating func closeList() throws(SXPError) {
        guard let list = open.popLast() else { throw SXPError(.strayClose, at: position) }
        try add(LocatedSExpression(position: list.position, kind: .list(list.members)))
    }

    /// Adds a complete value to the list it stands in, or to those that can be fetched.
    private mutating func add(_ value: LocatedSExpression) throws(SXPError) {
        form?.values += 1
        if let form, form.values > limits.values {
            throw SXPError(.tooManyValues(limit: limits.values), at: value.position)
        }
        if open.isEmpty {
            ready.append(value)
            form = nil
        } else {
            open[open.count - 1].members.append(value)
        }
    }

    private mutating func beginForm() {
        if form == nil { form = (position, 0) }
    }

    private func checkLength() throws(SXPError) {
        guard let form, position.offset - form.start.offset >= limits.bytes else { return }
        throw SXPError(.tooLong(limit: limits.bytes), at: position)
    }
}

/// First in, first out, in constant time.
private struct Queue: Sendable {
    private var values: [LocatedSExpression] = []
    private var first = 0

    mutating func append(_ value: LocatedSExpression) {
        values.append(value)
    }

    mutating func removeFirst() -> LocatedSExpression? {
        guard first < values.count else { return nil }
        defer {
            first += 1
            if first == values.count {
                values.removeAll()
                first = 0
            }
        }
        return values[first]
    }
}

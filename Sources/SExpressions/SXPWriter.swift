/// Writes what it is told on one line.
public struct SXPWriter: SExpressionSink {
    /// What has been written.
    public private(set) var bytes: [UInt8] = []
    private var isFirst = true

    public init() {}

    /// The text so far, which leaves the writer empty: what comes next is the text that follows.
    public mutating func take() -> [UInt8] {
        defer { bytes = [] }
        return bytes
    }

    public mutating func open(_ name: String) {
        separate()
        bytes.append(Ascii.open)
        AtomText.write(name, into: &bytes)
    }

    public mutating func close() {
        bytes.append(Ascii.close)
        isFirst = false
    }

    public mutating func add(_ text: String) {
        separate()
        AtomText.write(text, into: &bytes)
    }

    public mutating func add(_ number: Int) {
        separate()
        NumberText.write(number, into: &bytes)
    }

    public mutating func add(_ number: Double) {
        separate()
        NumberText.write(number, into: &bytes)
    }

    public mutating func add(_ expression: SExpression) {
        separate()
        expression.write(into: &bytes)
    }

    /// Text that another writer has taken down: a list, or what follows within one.
    public mutating func add(text: [UInt8]) {
        if text.first == Ascii.open { separate() }
        bytes += text
    }

    /// Makes room for that many more bytes.
    public mutating func reserve(_ count: Int) { bytes.reserveCapacity(bytes.count + count) }

    /// Begins a list without a name.
    public mutating func open() {
        separate()
        bytes.append(Ascii.open)
        isFirst = true
    }

    private mutating func separate() {
        if isFirst { isFirst = false } else { bytes.append(Ascii.space) }
    }
}

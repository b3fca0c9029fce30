/// Writes what it is told on one line.
public struct SXPWriter: SExpressionSink {
    /// What has been written.
    public private(set) var bytes: [UInt8] = []
    private var isFirst = true

    public init() {}

    /// Appends an expression to what stands there, without another buffer in between.
    public static func append(to bytes: inout [UInt8], _ body: (inout SXPWriter) -> Void) {
        var writer = SXPWriter()
        swap(&writer.bytes, &bytes)
        body(&writer)
        swap(&writer.bytes, &bytes)
    }

    /// The text so far, which leaves the writer empty: what comes next is the text that follows.
    public mutating func take() -> [UInt8] {
        defer { bytes = [] }
        return bytes
    }

    /// Writes `(NAME`.
    public mutating func open(_ name: StaticString) {
        AtomText.writePlain(name, after: isFirst ? .list : .spaceAndList, into: &bytes)
        isFirst = false
    }

    /// Writes `(NAME`, the name quoted where it must be.
    public mutating func open(named name: String) {
        AtomText.write(name, after: isFirst ? .list : .spaceAndList, into: &bytes)
        isFirst = false
    }

    /// Writes `)`.
    public mutating func close() {
        bytes.append(Ascii.close)
        isFirst = false
    }

    /// Writes an atom, quoted where a reader would take it for something else.
    public mutating func add(_ text: String) {
        AtomText.write(text, after: isFirst ? .none : .space, into: &bytes)
        isFirst = false
    }

    /// Writes an atom, in decimal.
    public mutating func add(_ number: Int) {
        separate()
        NumberText.write(number, into: &bytes)
    }

    /// Writes an atom, in decimal.
    public mutating func add(_ number: UInt64) {
        separate()
        NumberText.write(number, into: &bytes)
    }

    /// Writes an atom as Python 2 prints it (reference/sxp.md §3).
    public mutating func add(_ number: Double) {
        separate()
        NumberText.write(number, into: &bytes)
    }

    /// Writes any expression.
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

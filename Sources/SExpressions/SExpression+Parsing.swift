/// Reading text that is there as a whole.
extension LocatedSExpression {
    /// All values in `bytes`, none if it has only white space and comments.
    public static func parseAll(
        _ bytes: some Sequence<UInt8>, limits: SXPLimits = .standard
    ) throws(SXPError) -> [LocatedSExpression] {
        var reader = SXPReader(limits: limits)
        try reader.feed(bytes)
        try reader.finish()
        var values: [LocatedSExpression] = []
        while let value = reader.nextLocated() { values.append(value) }
        return values
    }

    /// All values in `text`.
    public static func parseAll(
        _ text: String, limits: SXPLimits = .standard
    ) throws(SXPError) -> [LocatedSExpression] {
        try parseAll(SXPText.bytes(of: text), limits: limits)
    }
}

extension SExpression {
    /// All values in `bytes`, none if it has only white space and comments.
    public static func parseAll(
        _ bytes: some Sequence<UInt8>, limits: SXPLimits = .standard
    ) throws(SXPError) -> [SExpression] {
        if let found = bytes.withContiguousStorageIfAvailable({ QuickReader.parseAll($0, limits: limits) }) ?? nil {
            return found
        }
        return try LocatedSExpression.parseAll(bytes, limits: limits).map(\.value)
    }

    /// All values in `text`.
    public static func parseAll(_ text: String, limits: SXPLimits = .standard) throws(SXPError) -> [SExpression] {
        var contiguous = text
        if let found = contiguous.withUTF8({ QuickReader.parseAll($0, limits: limits) }) { return found }
        return try LocatedSExpression.parseAll(SXPText.bytes(of: text), limits: limits).map(\.value)
    }

    /// The first value in `bytes`. What follows it must be readable too. Throws `noValue` if there is none.
    public static func parseFirst(
        _ bytes: some Sequence<UInt8>, limits: SXPLimits = .standard
    ) throws(SXPError) -> SExpression {
        try first(of: parseAll(bytes, limits: limits))
    }

    private static func first(of values: [SExpression]) throws(SXPError) -> SExpression {
        guard let first = values.first else { throw SXPError(.noValue, at: SXPPosition()) }
        return first
    }

    /// The first value in `text`. What follows it must be readable too. Throws `noValue` if there is none.
    public static func parseFirst(_ text: String, limits: SXPLimits = .standard) throws(SXPError) -> SExpression {
        try first(of: parseAll(text, limits: limits))
    }
}

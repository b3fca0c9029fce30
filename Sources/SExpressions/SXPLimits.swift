/// What a reader is willing to take. A value at top level that exceeds a limit is refused with an `SXPError`.
///
/// Between values nothing accumulates in the reader: comments and white space there are not counted. Values that are
/// read and not fetched do accumulate, so whoever feeds it bounds the input as a whole.
public struct SXPLimits: Hashable, Sendable {
    /// How deep lists may be nested; a list at top level has depth 1.
    public var depth: Int
    /// The length of one top-level value, in bytes; of a bare word including the byte that ends it.
    public var bytes: Int
    /// How many atoms and lists one top-level value may consist of.
    public var values: Int

    public init(depth: Int, bytes: Int, values: Int) {
        self.depth = depth
        self.bytes = bytes
        self.values = values
    }

    /// For everything that comes from outside.
    ///
    /// - depth 200: configurations need less than ten; everything that walks a value by recursion spends a few hundred
    ///   bytes of stack on a level, which at 200 is far below the 512 KiB of the smallest thread.
    /// - 8 MiB and 400,000 values: a list of a thousand domains with all details is 2 MB and 150,000 values. An atom
    ///   or a list is 48 bytes in the reader plus its text or its array, so the worst input costs about 50 MB.
    public static let standard = SXPLimits(depth: 200, bytes: 8 << 20, values: 400_000)
}

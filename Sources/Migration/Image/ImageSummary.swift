import DomainModel

/// What an image of a domain consists of.
public struct ImageSummary: Hashable, Sendable {
    /// PVH guests are written as HVM.
    public var kind = GuestKind.pv
    /// The Xen that wrote it.
    public var xenMajor: UInt32 = 0
    /// The Xen that wrote it: 17 in 4.17.
    public var xenMinor: UInt32 = 0
    /// How many records of each type.
    public var records: [ImageRecordType: UInt64] = [:]
    /// Records of types that may be ignored.
    public var optionalRecords: UInt64 = 0
    /// Pages with contents, each time they occur.
    public var pages: UInt64 = 0
    /// Bytes from the image header to the end of the last record.
    public var bytes: UInt64 = 0

    public init() {}

    /// How many records of a type.
    public func count(_ type: ImageRecordType) -> UInt64 { records[type, default: 0] }
}

/// What is wrong with an image, and where.
public struct ImageError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Bytes from the beginning of the image.
    public var offset: UInt64
    /// What is wrong.
    public var text: String

    public init(at offset: UInt64, _ text: String) {
        self.offset = offset
        self.text = text
    }

    public var description: String { "the image of the domain is damaged at byte \(offset): \(text)" }
}

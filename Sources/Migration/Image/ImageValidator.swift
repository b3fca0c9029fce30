import DomainModel

/// Reads along with a libxc migration stream, version 3, and refuses what Xen's own library should never be handed:
/// foreign,
/// truncated, inconsistent. Looks at the structure only; contents of memory and registers are the guest's affair.
///
/// Takes the stream in pieces of any size and keeps less than a record's header of it.
///
/// ```
/// image header ─→ domain header ─→ record header ─→ body ─→ padding ─┐
///                                       ▲   │ END                    │
///                                       │   ▼                        │
///                                       │  complete                  │
///                                       └────────────────────────────┘
/// ```
public struct ImageValidator: Sendable {
    /// REC_LENGTH_MAX of libxenguest.
    public static let maximumRecord: UInt32 = 128 << 20
    /// libxenguest writes batches of 1024 pages; more than this in one record would be a bomb.
    public static let maximumBatch: UInt32 = 32 * 1024
    private static let pageSize: UInt64 = 4096

    private enum State: Hashable, Sendable {
        case imageHeader, domainHeader, recordHeader
        /// The first 8 bytes of a PAGE_DATA record.
        case batchHeader(length: UInt32)
        case frames(left: UInt32, withData: UInt64, length: UInt32, count: UInt32)
        /// The first 8 bytes of an X86_PV_INFO record.
        case pvInfo
        case parameters(length: UInt32)
        case virtualCPU(length: UInt32)
        case body(left: UInt64, padding: Int, isLast: Bool)
        case padding(Int, isLast: Bool)
        case complete
    }

    /// Of what has been seen so far.
    public private(set) var summary = ImageSummary()
    private var state = State.imageHeader
    private var pending: [UInt8] = []
    private let expectedKind: GuestKind?

    /// - Parameter kind: what the image must be of; nil = either kind.
    public init(kind: GuestKind? = nil) { expectedKind = kind }

    /// The END record has been seen; nothing more is taken.
    public var isComplete: Bool { state == .complete }

    /// Takes the next bytes.
    ///
    /// - Returns: how many of them belong to the image; fewer than there are only when it is complete.
    public mutating func feed(_ bytes: [UInt8]) throws(ImageError) -> Int { try feed(bytes[...]) }

    /// As of an array.
    public mutating func feed(_ bytes: ArraySlice<UInt8>) throws(ImageError) -> Int {
        var place = bytes.startIndex
        while place < bytes.endIndex {
            switch state {
            case .complete: return place - bytes.startIndex
            case .body(let left, let padding, let isLast):
                let taken = Int(min(left, UInt64(bytes.endIndex - place)))
                place += taken
                summary.bytes += UInt64(taken)
                advance(left: left - UInt64(taken), padding: padding, isLast: isLast)
            default:
                let taken = min(needed - pending.count, bytes.endIndex - place)
                pending += bytes[place..<place + taken]
                place += taken
                guard pending.count == needed else { return place - bytes.startIndex }
                try takeField()
                summary.bytes += UInt64(pending.count)
                pending.removeAll(keepingCapacity: true)
            }
        }
        return bytes.count
    }

    /// Nothing more comes.
    /// - Throws: when the image is not complete.
    public func finish() throws(ImageError) {
        guard isComplete else { throw ImageError(at: summary.bytes, "it ends in the middle") }
    }

    /// Bytes of the field that is being read.
    private var needed: Int {
        switch state {
        case .imageHeader: 24
        case .domainHeader: 16
        case .recordHeader, .batchHeader, .frames, .pvInfo, .parameters, .virtualCPU: 8
        case .padding(let count, _): count
        case .body, .complete: 0
        }
    }

    private mutating func takeField() throws(ImageError) {
        switch state {
        case .imageHeader: try takeImageHeader()
        case .domainHeader: try takeDomainHeader()
        case .recordHeader: try takeRecordHeader()
        case .batchHeader(let length): try takeBatchHeader(length)
        case .frames(let left, let withData, let length, let count):
            try takeFrame(left, withData, length, count)
        case .pvInfo: try takePVInfo()
        case .parameters(let length): try takeParameters(length)
        case .virtualCPU(let length): try takeVirtualCPU(length)
        case .padding(_, let isLast):
            guard pending.allSatisfy({ $0 == 0 }) else { throw mistake("the padding of a record is not zero") }
            state = isLast ? .complete : .recordHeader
        case .body, .complete: break
        }
    }

    private mutating func advance(left: UInt64, padding: Int, isLast: Bool) {
        if left > 0 {
            state = .body(left: left, padding: padding, isLast: isLast)
        } else if padding > 0 {
            state = .padding(padding, isLast: isLast)
        } else {
            state = isLast ? .complete : .recordHeader
        }
    }
}

// MARK: - Headers

extension ImageValidator {
    /// Marker of all ones, "XENF", version, options (bit 0: big-endian), all in big-endian order.
    private mutating func takeImageHeader() throws(ImageError) {
        guard pending.prefix(8).allSatisfy({ $0 == 0xFF }), pending[8..<12].elementsEqual("XENF".utf8) else {
            throw mistake("this is no libxc migration stream")
        }
        let version = pending[12..<16].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard version == 3 else { throw mistake("it has version \(version) of the format; 3 is expected") }
        guard pending[17] & 1 == 0 else { throw mistake("it was made on a big-endian machine") }
        guard pending[16] == 0, pending[17] & 0xFE == 0, pending[18..<24].allSatisfy({ $0 == 0 }) else {
            throw mistake("reserved bits of the image header are set")
        }
        state = .domainHeader
    }

    /// Type (1 PV, 2 HVM), page shift, Xen's version.
    private mutating func takeDomainHeader() throws(ImageError) {
        switch number(0) {
        case 1: summary.kind = .pv
        case 2: summary.kind = .pvh
        case let type: throw mistake("its type of guest, \(type), is unknown")
        }
        guard pending[4] == 12, pending[5] == 0, pending[6] == 0, pending[7] == 0 else {
            throw mistake("its pages are not of 4096 bytes")
        }
        (summary.xenMajor, summary.xenMinor) = (number(8), number(12))
        if let expectedKind, expectedKind != summary.kind {
            throw mistake("it is of a \(summary.kind) guest, not of a \(expectedKind) one")
        }
        state = .recordHeader
    }

    private mutating func takeRecordHeader() throws(ImageError) {
        let (raw, length) = (number(0), number(4))
        guard length <= Self.maximumRecord else { throw mistake("a record of \(length) bytes is too long") }
        guard let type = ImageRecordType(rawValue: raw) else {
            guard raw & 0x8000_0000 != 0 else {
                throw mistake("a record has the unknown type 0x\(String(raw, radix: 16))")
            }
            summary.optionalRecords += 1
            return advance(length: length, isLast: false)
        }
        try check(type, length)
        summary.records[type, default: 0] += 1
        switch type {
        case .pageData: state = .batchHeader(length: length)
        case .pvInfo: state = .pvInfo
        case .hvmParameters: state = .parameters(length: length)
        case .pvVCPUBasic, .pvVCPUExtended, .pvVCPUXSave, .pvVCPURegisters: state = .virtualCPU(length: length)
        case .end, .pvFrames, .sharedInfo, .tscInfo, .hvmContext, .toolstack, .verify, .checkpoint,
            .checkpointDirtyList, .staticDataEnd, .cpuidPolicy, .msrPolicy:
            advance(length: length, isLast: type == .end)
        }
    }

    private mutating func advance(length: UInt32, isLast: Bool) {
        advance(left: UInt64(length), padding: Int((8 - length % 8) % 8), isLast: isLast)
    }

    /// Whether a record may come here, and be so long.
    private func check(_ type: ImageRecordType, _ length: UInt32) throws(ImageError) {
        if type.accepts(length: length) == false {
            throw mistake("a record \(type.name) cannot have \(length) bytes, or be here at all")
        }
        if let isForHVM = type.isForHVM, isForHVM != (summary.kind == .pvh) {
            throw mistake("a record \(type.name) in the image of a \(summary.kind) guest")
        }
        switch type {
        case .pageData:
            guard summary.count(.staticDataEnd) == 1 else { throw mistake("pages before STATIC_DATA_END") }
        case .pvFrames, .pvVCPUBasic, .sharedInfo:
            guard summary.count(.pvInfo) == 1 else { throw mistake("\(type.name) before X86_PV_INFO") }
        case .staticDataEnd, .pvInfo:
            guard summary.count(type) == 0 else { throw mistake("a second \(type.name)") }
        case .end: try checkComplete()
        case .pvVCPUExtended, .pvVCPUXSave, .tscInfo, .hvmContext, .hvmParameters, .toolstack, .pvVCPURegisters,
            .verify, .checkpoint, .checkpointDirtyList, .cpuidPolicy, .msrPolicy:
            break
        }
    }

    /// What a domain cannot go on without.
    private func checkComplete() throws(ImageError) {
        let required: [ImageRecordType] =
            switch summary.kind {
            case .pv: [.staticDataEnd, .pageData, .pvInfo, .pvFrames, .pvVCPUBasic, .sharedInfo]
            case .pvh: [.staticDataEnd, .pageData, .hvmContext, .hvmParameters]
            }
        for type in required where summary.count(type) == 0 {
            throw mistake("it ends without a record \(type.name)")
        }
    }
}

// MARK: - Bodies

extension ImageValidator {
    private mutating func takeBatchHeader(_ length: UInt32) throws(ImageError) {
        let count = number(0)
        guard number(4) == 0 else { throw mistake("reserved bits of a PAGE_DATA record are set") }
        guard (1...Self.maximumBatch).contains(count), UInt64(length) >= 8 + 8 * UInt64(count) else {
            throw mistake("a PAGE_DATA record of \(length) bytes cannot describe \(count) pages")
        }
        state = .frames(left: count, withData: 0, length: length, count: count)
    }

    /// A frame number in bits 0–51, its type in bits 60–63.
    private mutating func takeFrame(
        _ left: UInt32, _ withData: UInt64, _ length: UInt32, _ count: UInt32
    ) throws(ImageError) {
        let (low, high) = (number(0), number(4))
        guard high & 0x0FF0_0000 == 0 else { throw mistake("reserved bits of a frame number are set") }
        let hasData: Bool
        switch high >> 28 {
        case 0...4: hasData = true
        case 9...12:
            guard summary.kind == .pv else {
                throw mistake("frame 0x\(String(low, radix: 16)) of an HVM guest is a pinned page table")
            }
            hasData = true
        case 13...15: hasData = false
        case let type: throw mistake("frame 0x\(String(low, radix: 16)) has the invalid type \(type)")
        }
        let withData = withData + (hasData ? 1 : 0)
        if left > 1 {
            state = .frames(left: left - 1, withData: withData, length: length, count: count)
            return
        }
        let expected = 8 + 8 * UInt64(count) + withData * Self.pageSize
        guard UInt64(length) == expected else {
            throw mistake("a PAGE_DATA record has \(length) bytes; its \(count) pages need \(expected)")
        }
        summary.pages += withData
        advance(left: withData * Self.pageSize, padding: 0, isLast: false)
    }

    private mutating func takePVInfo() throws(ImageError) {
        guard pending[0] == 4 || pending[0] == 8, pending[1] == 3 || pending[1] == 4,
            pending[2..<8].allSatisfy({ $0 == 0 })
        else { throw mistake("X86_PV_INFO describes no guest that exists") }
        state = .recordHeader
    }

    private mutating func takeParameters(_ length: UInt32) throws(ImageError) {
        guard number(4) == 0, UInt64(length) == 8 + 16 * UInt64(number(0)) else {
            throw mistake("an HVM_PARAMS record of \(length) bytes cannot have \(number(0)) parameters")
        }
        advance(left: UInt64(length) - 8, padding: 0, isLast: false)
    }

    private mutating func takeVirtualCPU(_ length: UInt32) throws(ImageError) {
        guard number(4) == 0, number(0) < UInt32(DomainConfig.maximumVCPUs) else {
            throw mistake("a record of virtual cpu \(number(0)): there are at most \(DomainConfig.maximumVCPUs)")
        }
        advance(left: UInt64(length) - 8, padding: Int((8 - length % 8) % 8), isLast: false)
    }

    /// The little-endian number of 4 bytes at `offset` of the field.
    private func number(_ offset: Int) -> UInt32 {
        pending[offset..<offset + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    private func mistake(_ text: String) -> ImageError { ImageError(at: summary.bytes, text) }
}

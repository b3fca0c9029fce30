import DomainModel

/// Libxc migration streams, put together by hand from the specification.
struct TestImage {
    private(set) var bytes: [UInt8]

    /// The two headers.
    init(kind: GuestKind = .pv, version: UInt32 = 3) {
        bytes = [UInt8](repeating: 0xFF, count: 8) + Array("XENF".utf8)
        withUnsafeBytes(of: version.bigEndian) { bytes.append(contentsOf: $0) }
        bytes += [UInt8](repeating: 0, count: 8)
        append(UInt32(kind == .pv ? 1 : 2))
        append(UInt16(12))
        append(UInt16(0))
        append(UInt32(4))
        append(UInt32(17))
    }

    mutating func append(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func record(_ type: UInt32, _ body: [UInt8]) {
        append(type)
        append(UInt32(body.count))
        bytes += body + [UInt8](repeating: 0, count: (8 - body.count % 8) % 8)
    }

    /// A PAGE_DATA record.
    mutating func pages(_ pages: [(frame: UInt64, contents: UInt8?)]) {
        var body = TestImage.number(UInt32(pages.count)) + TestImage.number(UInt32(0))
        for page in pages {
            body += TestImage.number(page.frame | (page.contents == nil ? UInt64(0xF) << 60 : 0))
        }
        for case let page? in pages.map(\.contents) { body += [UInt8](repeating: page, count: 4096) }
        record(1, body)
    }

    static func number(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }

    /// A whole image of `count` pages, every third of them zero after the first `zero` ones, which all are.
    static func complete(kind: GuestKind = .pv, pages count: Int = 7, zero: Int = 0) -> [UInt8] {
        var image = TestImage(kind: kind)
        switch kind {
        case .pv:
            image.record(2, [8, 4, 0, 0, 0, 0, 0, 0])
            image.record(0x11, [UInt8](repeating: 1, count: 48))
            image.record(0x10, [])
            image.record(3, number(UInt32(0)) + number(UInt32(count - 1)) + number(UInt64(1)))
        case .pvh:
            image.record(0x10, [])
        }
        let pages = (0..<count).map { (UInt64($0), $0 < zero || $0 % 3 == 0 ? UInt8(0) : UInt8($0 % 251 + 1)) }
        for start in stride(from: 0, to: count, by: 64) {
            image.pages(pages[start..<min(start + 64, count)].map { (frame: $0.0, contents: $0.1) })
        }
        image.pages([(frame: UInt64(count), contents: nil)])
        image.record(8, [UInt8](repeating: 0, count: 24))
        switch kind {
        case .pv:
            image.record(7, [UInt8](repeating: 3, count: 4096))
            image.record(4, number(UInt64(0)) + [UInt8](repeating: 5, count: 13))
        case .pvh:
            image.record(9, [UInt8](repeating: 5, count: 99))
            image.record(10, number(UInt64(1)) + number(UInt64(1)) + number(UInt64(7)))
        }
        image.record(0x8000_0001, [9])
        image.record(0, [])
        return image.bytes
    }
}

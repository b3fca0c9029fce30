import DomainModel
import Testing

@testable import Migration

@Suite("Images of domains")
struct ImageValidatorTests {
    private func check(_ bytes: [UInt8], kind: GuestKind? = nil, pieces: Int = .max) throws -> ImageSummary {
        var validator = ImageValidator(kind: kind)
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = Array(rest.prefix(pieces))
            rest = rest.dropFirst(try validator.feed(piece))
            if validator.isComplete { break }
        }
        try validator.finish()
        return validator.summary
    }

    @Test("A whole image is accepted, in pieces of any size", arguments: GuestKind.allCases)
    func whole(kind: GuestKind) throws {
        let image = TestImage.complete(kind: kind)
        for pieces in [1, 3, 8, 4096, image.count] {
            let summary = try check(image, kind: kind, pieces: pieces)
            #expect(summary.kind == kind && summary.pages == 7 && summary.bytes == UInt64(image.count))
            #expect(summary.xenMajor == 4 && summary.xenMinor == 17)
            #expect(summary.count(.pageData) == 2 && summary.optionalRecords == 1)
        }
    }

    @Test("What stands behind an image is not taken")
    func following() throws {
        let image = TestImage.complete()
        var validator = ImageValidator()
        #expect(try validator.feed(image + [1, 2, 3]) == image.count)
        #expect(try validator.feed([4]) == 0)
    }

    @Test("An image that ends early is refused, wherever it ends", arguments: GuestKind.allCases)
    func truncated(kind: GuestKind) throws {
        let image = TestImage.complete(kind: kind, pages: 2)
        for length in 0..<image.count {
            #expect(throws: ImageError.self) { try check(Array(image.prefix(length))) }
        }
    }

    @Test("A flipped bit in structure is refused or changes what is read; it never crashes the reader")
    func flipped() throws {
        let image = TestImage.complete(pages: 1)
        for place in 0..<image.count {
            for bit in 0..<8 {
                var changed = image
                changed[place] ^= 1 << bit
                _ = try? check(changed)
            }
        }
        for place in 0..<24 where ![16, 17].contains(place) {
            var changed = image
            changed[place] ^= 0x10
            #expect(throws: ImageError.self) { try check(changed) }
        }
    }

    /// Each a way in which an image can be wrong, and what is said about it.
    private static let wrong: [(String, @Sendable (inout TestImage) -> Void)] = [
        ("the unknown type 0x13", { $0.record(0x13, []) }),
        (
            "too long",
            {
                $0.append(UInt32(7))
                $0.append(UInt32(0xFFFF_FFFF))
            }
        ),
        ("pages before STATIC_DATA_END", { $0.pages([(frame: 1, contents: 1)]) }),
        ("X86_PV_P2M_FRAMES before X86_PV_INFO", { $0.record(3, [UInt8](repeating: 0, count: 16)) }),
        (
            "a second STATIC_DATA_END",
            {
                $0.record(0x10, [])
                $0.record(0x10, [])
            }
        ),
        ("describes no guest", { $0.record(2, [5, 4, 0, 0, 0, 0, 0, 0]) }),
        ("cannot have 7 bytes", { $0.record(2, [8, 4, 0, 0, 0, 0, 0]) }),
        ("HVM_CONTEXT in the image of a pv guest", { $0.record(9, [1]) }),
        ("TOOLSTACK cannot", { $0.record(11, [1]) }),
        ("CHECKPOINT cannot", { $0.record(14, []) }),
        ("STATIC_DATA_END cannot have 1 bytes", { $0.record(0x10, [1]) }),
        ("ends without a record STATIC_DATA_END", { $0.record(0, []) }),
        (
            "cannot describe 0 pages",
            {
                $0.record(0x10, [])
                $0.record(1, [UInt8](repeating: 0, count: 16))
            }
        ),
        (
            "cannot describe 4294967295 pages",
            {
                $0.record(0x10, [])
                $0.record(1, TestImage.number(UInt64(0xFFFF_FFFF)) + TestImage.number(UInt64(1)))
            }
        ),
        (
            "its 1 pages need 4112",
            {
                $0.record(0x10, [])
                $0.record(1, TestImage.number(UInt64(1)) + TestImage.number(UInt64(1)))
            }
        ),
        (
            "invalid type 5",
            { image in
                image.record(0x10, [])
                image.record(1, TestImage.number(UInt64(1)) + TestImage.number(UInt64(5) << 60))
            }
        ),
        (
            "reserved bits of a frame number",
            { image in
                image.record(0x10, [])
                image.record(1, TestImage.number(UInt64(1)) + TestImage.number(UInt64(1) << 52))
            }
        ),
        ("at most 128", { $0.record(4, TestImage.number(UInt64(128))) }),
    ]

    @Test("A wrong record is refused, with what is wrong", arguments: wrong.indices)
    func wrongRecords(index: Int) {
        var image = TestImage()
        if index == 17 { image.record(2, [8, 4, 0, 0, 0, 0, 0, 0]) }
        Self.wrong[index].1(&image)
        let error = #expect(throws: ImageError.self) { try check(image.bytes) }
        #expect(error?.description.contains(Self.wrong[index].0) == true, "\(error?.description ?? "")")
    }

    @Test("Another version, another kind, padding that is not zero are refused")
    func others() {
        #expect(throws: ImageError.self) { try check(TestImage(version: 2).bytes) }
        #expect(throws: ImageError.self) { try check(TestImage.complete(kind: .pvh), kind: .pv) }
        var image = TestImage.complete()
        image[image.count - 9] = 1
        #expect(throws: ImageError.self) { try check(image) }
    }
}

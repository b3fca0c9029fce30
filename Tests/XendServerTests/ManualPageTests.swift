import Glibc
import Testing

@testable import XendServer

/// Sources/xend/man/xend-http.7: programs find in it what the route table has.
@Suite struct ManualPageTests {
    private static let root = String(#filePath.dropLast("/Tests/XendServerTests/ManualPageTests.swift".count))

    /// The words of the page, without its marks.
    private static func words() throws -> Set<Substring> {
        let file = try #require(fopen("\(root)/Sources/xend/man/xend-http.7", "r"))
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&bytes, 1, bytes.count, file)
        return Set(String(decoding: bytes[..<count], as: UTF8.self).split { $0.isWhitespace })
    }

    @Test func `the manual page has every resource and operation`() throws {
        let words = try Self.words()
        // Parts of the pages, and another spelling of operations that are there.
        let others: Set = [
            "/xend/style.css", "/xend/live.js", "/xend/console.js", "/xend/xterm.js", "/xend/xterm.css",
            "/xend/icon.svg", "/xend/device", "bvt_set",
            "atropos_set",
        ]
        for resource in RouteTable.resources where !others.contains(resource.path) {
            // What stands for a name is in the page by another one.
            let path = resource.path.split(separator: ":").first ?? ""
            #expect(words.contains(path), "\(resource.path)")
            for name in resource.operations.keys.sorted() where !others.contains(name) {
                #expect(words.contains(name[...]), "\(resource.path) \(name)")
            }
        }
    }
}

import Foundation
import Testing

/// What grows is noticed while it can still be taken apart easily.
@Suite struct SizeTests {
    /// Lines of a type, in all its files together; of a function, from its name to its brace.
    static let limits = (type: 600, function: 40)

    private static func outlines() throws -> [(module: String, file: String, outline: SwiftOutline)] {
        try Manifest.current.modules.filter { !$0.folder.hasPrefix("Tests/") }.flatMap { module in
            try ArrowTests.sources(in: module.folder).map {
                (
                    module.name, $0.lastPathComponent,
                    SwiftOutline(try String(contentsOf: $0, encoding: .utf8))
                )
            }
        }
    }

    @Test func noTypeIsLongerThanItsLimit() throws {
        let outlines = try Self.outlines()
        var declared: [String: Set<String>] = [:]
        for (module, _, outline) in outlines {
            for type in outline.declarations where type.kind == .type && !type.isExtension {
                declared[type.name, default: []].insert(module)
            }
        }
        var sizes: [String: Int] = [:]
        for (module, _, outline) in outlines {
            for type in outline.declarations where type.kind == .type {
                // An extension may stand in another module than its type; what several declare is the nearer one's.
                let homes = declared[type.name] ?? []
                let reach = Manifest.current.reach(of: module)
                let home = homes.contains(module) ? module : homes.filter(reach.contains).min() ?? module
                sizes["\(home).\(type.name)", default: 0] += type.lines.count
            }
        }
        #expect(sizes.count > 500, "they are found at all")
        for (name, lines) in sizes.sorted(by: { $0.value > $1.value })
        where lines > Self.limits.type {
            Issue.record("\(name) has \(lines) lines; a type may have \(Self.limits.type) in all its files")
        }
    }

    @Test func noFunctionIsLongerThanItsLimit() throws {
        let outlines = try Self.outlines()
        var count = 0
        for (module, file, outline) in outlines {
            for function in outline.declarations where function.kind == .function {
                count += 1
                guard function.lines.count > Self.limits.function else {
                    continue
                }
                Issue.record(
                    """
                    \(module)/\(file):\(function.lines.lowerBound): \(function.name) has \(function.lines.count) lines; \
                    a function may have \(Self.limits.function)
                    """)
            }
        }
        #expect(count > 4000, "they are found at all")
    }

    @Test func bodiesAreFoundThroughStringsCommentsAndArguments() {
        let outline = SwiftOutline(
            #"""
            /* } /* } */ struct No { */
            struct Outer<Value>: Sendable where Value: Sendable {
                // func no() {
                var stored = [1].map { $0 }
                var computed: Int { 1 }
                init(_ body: () -> Void = { fatalError("}") }) {
                    _ = "\(stored.map { "}\($0)" }) { "
                }
                class Inner {
                    func raw() -> String { ##"{ "# "## }
                    class func shared() { let pattern = #/[{]"/#; struct Deep {} }
                }
            }
            extension Outer.Inner {
                subscript(_ index: Int) -> String {
                    """
                    } "not yet" {
                    """
                }
            }
            protocol Asks { func nothing(); func more() }
            enum Kind { case `init`, type; static func of() -> Kind { .init(.type)! } }
            """#)
        let found = outline.declarations.map { "\($0.name) \($0.lines.lowerBound)-\($0.lines.upperBound)" }
        #expect(
            found == [
                "Outer.computed 5-5", "Outer.init 6-8", "Outer.Inner.raw 10-10", "Outer.Inner.Deep 11-11",
                "Outer.Inner.shared 11-11", "Outer.Inner 9-12", "Outer 2-13", "Outer.Inner.subscript 15-19",
                "Outer.Inner 14-20", "Asks 21-21", "Kind.of 22-22", "Kind 22-22",
            ])
        #expect(outline.declarations.filter(\.isExtension).map(\.name) == ["Outer.Inner"])
    }
}

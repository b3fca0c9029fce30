import Foundation
import Testing

/// The modules of Package.swift, in its order, each with what it may import: the arrows as the compiler has them.
struct Manifest {
    struct Module: CustomTestStringConvertible {
        enum Kind { case library, program, system, tests }
        var name: String
        var kind: Kind
        /// The repository's own modules.
        var modules: [String] = []
        /// Products of other packages.
        var products: [String] = []
        /// Where its sources are, from the top of the repository.
        var folder: String

        var testDescription: String { name }
    }
    private(set) var modules: [Module] = []

    /// The repository, found from this file.
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static let current = Manifest(
        (try? String(contentsOf: root.appendingPathComponent("Package.swift"), encoding: .utf8)) ?? "")

    init(_ text: String) {
        guard let targets = text.range(of: "    targets: [") else { return }
        let code = text[targets.upperBound...].split(separator: "\n").filter { !$0.contains("//") }.joined(
            separator: "\n")
        for call in code.matches(
            of:
                #/(module|simulator|tests|\.target|\.executableTarget|\.testTarget|\.systemLibrary)\(\s*(?:name: )?"([^"]+)"/#
        ) {
            // `.target(name: …)` within another's dependencies names a module, and makes none.
            let depth = code[..<call.range.lowerBound].reduce(0) {
                $0 + ("([".contains($1) ? 1 : ")]".contains($1) ? -1 : 0)
            }
            guard depth == 0 else { continue }
            let rest = code[call.range.upperBound...]
            modules.append(Self.module(String(call.1), String(call.2), String(rest.prefix(Self.length(of: rest)))))
        }
    }

    /// Up to the bracket that closes what has been opened.
    private static func length(of text: Substring, from opening: Character = "(", to closing: Character = ")") -> Int {
        var depth = 1
        return text.prefix { character in
            if character == opening { depth += 1 }
            if character == closing { depth -= 1 }
            return depth > 0
        }.count
    }

    private static func module(_ maker: String, _ name: String, _ arguments: String) -> Module {
        let kind: Module.Kind =
            switch maker {
            case ".executableTarget": .program
            case ".systemLibrary": .system
            case "tests", ".testTarget": .tests
            default: .library
            }
        let place = arguments.firstMatch(of: #/path: "([^"]+)"/#).map { String($0.1) }
        let usual = maker == "simulator" ? "Simulator/\(name)" : kind == .tests ? "Tests/\(name)" : "Sources/\(name)"
        var module = Module(name: name, kind: kind, folder: place ?? usual)
        let after = arguments.drop { $0 != "[" }.dropFirst()
        let list = after.prefix(length(of: after, from: "[", to: "]"))
        module.products = list.matches(of: #/\.product\(name: "([^"]+)"/#).map { String($0.1) }
        let rest = list.replacing(#/\.when\(.*?\)/#, with: "").replacing(#/\.product\(.*?\)/#, with: "")
        // A system library's list is of providers.
        if kind != .system { module.modules = rest.matches(of: #/"([^"]+)"/#).map { String($0.1) } }
        return module
    }

    subscript(_ name: String) -> Module? { modules.first { $0.name == name } }

    /// What a module stands on, near and far, itself included.
    func reach(of name: String) -> Set<String> {
        var found: Set<String> = [name]
        var open = [name]
        while let next = open.popLast() {
            for below in self[next]?.modules ?? [] where found.insert(below).inserted { open.append(below) }
        }
        return found
    }
}

import Foundation
import Testing

/// The house keeps its arrows: which module may import which, and which words belong nowhere else.
@Suite struct ArrowTests {
    /// What a module may import, beside the standard library's own modules. Package.swift says the same to the compiler; this test
    /// also keeps out what a package brings along.
    static let allowed: [String: Set<String>] = [
        "SExpressions": [],
        "DomainModel": ["SExpressions"],
        "DomainLifecycle": ["DomainModel", "SExpressions"],
        "HypervisorInterface": ["DomainModel"],
        "HostInterface": [],
        "DriverDomain": ["DomainModel", "HypervisorInterface", "HostInterface"],
        "Migration": ["DomainModel", "HypervisorInterface", "HostInterface", "SExpressions", "Crypto"],
        "DomainManagement": [
            "DomainLifecycle", "DomainModel", "DriverDomain", "Migration", "HypervisorInterface", "HostInterface",
            "SExpressions", "Logging",
        ],
        "XendServer": [
            "DomainManagement", "DomainLifecycle", "DomainModel", "HypervisorInterface", "HostInterface",
            "SExpressions", "NIOCore", "NIOHTTP1", "Logging",
        ],
        "XendClient": ["SExpressions", "NIOCore", "NIOPosix"],
        "XmCommands": ["XendClient", "Migration", "HypervisorInterface", "HostInterface", "SExpressions"],
        "SimulatedHypervisor": ["Simulation", "DomainModel", "HypervisorInterface", "HostInterface"],
        "Simulation": ["HostInterface"],
    ]

    /// Part of the toolchain, with no I/O of their own.
    static let everywhere: Set<String> = ["Synchronization", "Swift", "_Concurrency", "_StringProcessing", "Glibc"]

    @Test(arguments: allowed.keys.sorted()) func aModuleImportsOnlyWhatStandsAboveIt(_ module: String) throws {
        let allowed = try #require(Self.allowed[module])
        for file in try Self.sources(of: module) {
            for name in Self.imports(of: file) where !allowed.contains(name) && !Self.everywhere.contains(name) {
                Issue.record("\(module)/\(file.lastPathComponent) imports \(name)")
            }
        }
    }

    /// The rules are values: nothing in them waits, asks for the time or rolls dice.
    @Test(arguments: ["SExpressions", "DomainModel", "DomainLifecycle"]) func rulesNeitherWaitNorAsk(_ module: String)
        throws
    {
        for file in try Self.sources(of: module) {
            let text = try String(contentsOf: file, encoding: .utf8)
            for word in [" async ", "await ", "Date()", "Task {", "SystemRandomNumberGenerator", "Glibc", ".random("]
            where text.contains(word) {
                Issue.record("\(module)/\(file.lastPathComponent) contains \"\(word)\"")
            }
        }
    }

    /// The daemon's parts take time and tasks from their host; a bare one would leave the simulation.
    @Test(arguments: [
        "DriverDomain", "DomainManagement", "XendServer", "XendDaemon", "Migration", "SimulatedHost",
        "SimulatedHypervisor",
    ])
    func nothingReachesAroundItsHost(_ module: String) throws {
        for file in try Self.sources(of: module) {
            for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
                let code = " " + line.drop { $0 == " " }
                // `group.addTask {` stays with its group; `-> SomeTask {` is a result; `new Date()` is the browser's.
                guard !code.hasPrefix(" //"), !code.contains("->"), !code.contains("new Date()") else { continue }
                for word in [
                    " Task {", "Task.detached", "Task.sleep", "Date()", "ContinuousClock", "DispatchQueue", "try!",
                ]
                where code.contains(word) {
                    Issue.record("\(module)/\(file.lastPathComponent): \(code)")
                }
            }
        }
    }

    /// Only programs, the scenario runner and tests know which machine they run on.
    @Test func onlyProgramsChooseAMachine() throws {
        for module in ["DomainManagement", "XendServer", "XendDaemon", "Migration", "DriverDomain", "DomainLifecycle"] {
            for file in try Self.sources(of: module) {
                for name in Self.imports(of: file)
                where ["XenHypervisor", "CXen", "SimulatedHypervisor", "SimulatedHost", "LinuxHost"].contains(name) {
                    Issue.record("\(module)/\(file.lastPathComponent) imports \(name)")
                }
            }
        }
    }

    // MARK: -

    static var root: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
    }

    static func sources(of module: String) throws -> [URL] {
        for folder in ["Sources", "Simulator"] {
            let directory = root.appendingPathComponent("\(folder)/\(module)")
            guard let files = FileManager.default.enumerator(at: directory, includingPropertiesForKeys: nil) else {
                continue
            }
            let sources = files.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
            if !sources.isEmpty { return sources }
        }
        Issue.record("no sources of \(module)")
        return []
    }

    static func imports(of file: URL) -> [String] {
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return [] }
        return text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard let place = words.firstIndex(of: "import"), place <= 1, words.count > place + 1 else { return nil }
            return words[place + 1].split(separator: ".").first.map(String.init)
        }
    }
}

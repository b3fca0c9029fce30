import Foundation
import Testing

/// The house keeps its arrows: which module may import which, and which words belong nowhere else.
@Suite struct ArrowTests {
    static let manifest = Manifest.current

    /// Part of the toolchain.
    static let toolchain: Set<String> = [
        "Swift", "_Concurrency", "_StringProcessing", "Synchronization", "Glibc", "Dispatch", "Foundation", "Testing",
        "PackageDescription",
    ]

    /// The rules: values, of which nothing waits, asks for the time or rolls dice.
    static let rules = ["SExpressions", "DomainModel", "DomainLifecycle"]
    /// The daemon, which knows no machine but by its interfaces.
    static let daemon = ["DriverDomain", "Migration", "DomainManagement", "HTTPInterface", "XendServer", "XendDaemon"]
    static let simulators = manifest.modules.filter { $0.folder.hasPrefix("Simulator/") && $0.kind == .library }.map(
        \.name)
    static let realMachines = ["XenHypervisor", "CXen", "LinuxHost", "CLinux"]

    // MARK: Every module

    @Test func everyFolderIsAModuleInPackageSwift() throws {
        let folders = Set(Self.manifest.modules.map(\.folder))
        for place in ["Sources", "Simulator", "Tests"] {
            let directory = Manifest.root.appendingPathComponent(place)
            for folder in try FileManager.default.contentsOfDirectory(atPath: directory.path) {
                let path = "\(place)/\(folder)"
                let hasSources = try !Self.sources(in: path).isEmpty
                // The fuzzing program is built by its own script, with other options.
                if hasSources, path != "Tests/Fuzz" { #expect(folders.contains(path), "\(path)") }
            }
        }
        #expect(Self.manifest.modules.count > 40)
    }

    @Test(arguments: manifest.modules) func aModuleImportsWhatPackageSwiftSaysAndNothingElse(_ module: Manifest.Module)
        throws
    {
        let allowed = Set(module.modules + module.products)
        for file in try Self.sources(in: module.folder) {
            for name in Self.imports(of: file) where !allowed.contains(name) && !Self.toolchain.contains(name) {
                Issue.record("\(module.name)/\(file.lastPathComponent) imports \(name)")
            }
        }
    }

    @Test(arguments: manifest.modules) func packageSwiftSaysNothingThatAModuleDoesNotImport(_ module: Manifest.Module)
        throws
    {
        let imported = Set(try Self.sources(in: module.folder).flatMap(Self.imports))
        for name in module.modules + module.products where !imported.contains(name) {
            Issue.record("Package.swift lets \(module.name) import \(name), and no file does")
        }
    }

    @Test func modulesStandInReadingOrder() {
        var above: Set<String> = []
        for module in Self.manifest.modules {
            for name in module.modules {
                #expect(above.contains(name), "\(module.name) stands on \(name), which comes after it in Package.swift")
            }
            above.insert(module.name)
        }
    }

    // MARK: What must not reach what

    /// What may not come to stand on something, however far down, whatever Package.swift will say.
    static let walls: [(modules: [String], never: [String])] = [
        (["SExpressions", "HostInterface", "CLinux", "CXen", "CLibXML2"], manifest.modules.map(\.name)),
        (["DomainModel"], manifest.modules.map(\.name).filter { $0 != "SExpressions" }),
        (["DomainLifecycle"], manifest.modules.map(\.name).filter { !["SExpressions", "DomainModel"].contains($0) }),
        (["HypervisorInterface", "HTTPInterface"], daemon + simulators + realMachines + ["DomainLifecycle"]),
        (daemon, simulators + realMachines),
        (["DriverDomain", "Migration", "DomainManagement"], ["XendServer", "HTTPInterface"]),
        (["Migration"], ["DomainLifecycle"]),
        (["XenHypervisor", "LinuxHost"], daemon.filter { $0 != "HTTPInterface" } + simulators + ["DomainLifecycle"]),
        (["XendClient", "XmCommands"], ["XendServer", "DomainManagement", "XendDaemon"] + simulators + realMachines),
        (["Simulation"], ["DomainModel", "HypervisorInterface"]),
        (["SimulatedHypervisor", "SimulatedHost"], daemon + realMachines + ["DomainLifecycle"]),
        (["XendTesting"], ["ScenarioRunner", "Exploration"] + realMachines),
        (["ScenarioLanguage"], ["XendTesting", "ScenarioRunner", "Exploration"]),
        (["xend", "xm"], simulators),
        (["xend-sim", "xend-scenario"], ["XenHypervisor", "CXen"]),
        (["MachineContract"], daemon + simulators + realMachines),
    ]

    @Test func nothingReachesBeyondItsWall() {
        for (modules, never) in Self.walls {
            for module in modules {
                #expect(Self.manifest[module] != nil, "there is no module \(module)")
                let beyond = Self.manifest.reach(of: module).subtracting([module]).intersection(never)
                #expect(beyond.isEmpty, "\(module) reaches \(beyond.sorted())")
            }
        }
    }

    // MARK: Words

    /// The rules are values: nothing in them waits, asks for the time or rolls dice.
    @Test(arguments: rules) func rulesNeitherWaitNorAsk(_ module: String) throws {
        for file in try Self.sources(in: try #require(Self.manifest[module]).folder) {
            let text = try String(contentsOf: file, encoding: .utf8)
            for word in [" async ", "await ", "Date()", "Task {", "SystemRandomNumberGenerator", "Glibc", ".random("]
            where text.contains(word) {
                Issue.record("\(module)/\(file.lastPathComponent) contains \"\(word)\"")
            }
        }
    }

    /// The daemon's parts and what is simulated take time and tasks from their host; a bare one would leave the simulation. The executor
    /// itself makes time, and who runs scenarios looks at the clock for the report.
    @Test(arguments: daemon + simulators.filter { !["Simulation", "ScenarioRunner", "Exploration"].contains($0) })
    func nothingReachesAroundItsHost(_ module: String) throws {
        for file in try Self.sources(in: try #require(Self.manifest[module]).folder) {
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

    // MARK: -

    static func sources(in folder: String) throws -> [URL] {
        let directory = Manifest.root.appendingPathComponent(folder)
        let files = FileManager.default.enumerator(at: directory, includingPropertiesForKeys: nil)
        return (files?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "swift" }
    }

    /// Modules that a file imports, whole or a declaration of them.
    static func imports(of file: URL) -> [String] {
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return [] }
        return text.matches(
            of: #/(?m)^ *(?:@\w+ |public |private )*import (?:struct |class |enum |protocol |func |typealias )?(\w+)/#
        )
        .map { String($0.1) }
    }
}

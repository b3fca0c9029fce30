// swift-tools-version: 6.1
// xend: the control daemon of a machine that runs the Xen hypervisor.
//
// Modules stand in reading order: each may import only what stands above it. Tests/ArchitectureTests checks the arrows.

import PackageDescription

let nio = "swift-nio"

/// A module of the daemon (Sources/NAME), with the tests that belong to it in Tests/NAMETests.
func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// A module of the simulated machine (Simulator/NAME). No production binary links one.
func simulator(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, path: "Simulator/\(name)", swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// An async function that belongs to no actor runs where its caller runs (SE-0461): a request to the machine costs no change of
/// executors. What computes for long says `@concurrent`.
let settings: [SwiftSetting] = [.swiftLanguageMode(.v6), .enableUpcomingFeature("NonisolatedNonsendingByDefault")]

/// libxen's libraries. libxenctrl and libxenguest change with every Xen, so they can be linked statically. Of libxenguest
/// everything is needed then: its loaders of kernels register themselves, and no one names them. libxenstore is always
/// shared: it does not change, and its static form has no reader of its own, so that it cannot be asked and watch at once.
let libxen: [LinkerSetting] =
    [.linkedLibrary("xenstore", .when(traits: ["RealXen"]))]
    + ["xenguest", "xenctrl", "xentoollog"].map { .linkedLibrary($0, .when(traits: ["DynXen"])) } + [
        .unsafeFlags(
            [
                "--whole-archive", "-l:libxenguest.a", "--no-whole-archive", "-l:libxenctrl.a", "-l:libxenevtchn.a",
                "-l:libxengnttab.a", "-l:libxenforeignmemory.a", "-l:libxendevicemodel.a", "-l:libxencall.a",
                "-l:libxentoollog.a", "-l:libxentoolcore.a", "-lz", "-llzma", "-lzstd",
            ].flatMap { ["-Xlinker", $0] }, .when(traits: ["StaticXen"]))
    ]

/// What only `make docs` needs. A dependency that is there always would be fetched and planned for in every build, also by those
/// who depend on us.
let documentation: [Package.Dependency] =
    Context.environment["XEND_DOCS"] == nil
    ? [] : [.package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0")]

let package = Package(
    name: "xend",
    products: [
        .executable(name: "xend", targets: ["xend"]),
        .executable(name: "xm", targets: ["xm"]),
        .executable(name: "xend-sim", targets: ["xend-sim"]),
        .executable(name: "xend-scenario", targets: ["xend-scenario"]),
        .library(name: "XendClient", targets: ["XendClient"]),
        .library(name: "XendTesting", targets: ["XendTesting"]),
        .library(name: "ScenarioRunner", targets: ["ScenarioRunner", "Exploration", "ScenarioLanguage"]),
    ],
    traits: [
        .trait(name: "RealXen", description: "The back-end for a real Xen; enabled by one of the two below."),
        .trait(
            name: "DynXen", description: "Link the real back-end with libxen's shared libraries.",
            enabledTraits: ["RealXen"]),
        .trait(
            name: "StaticXen", description: "Link the real back-end with libxen's static libraries.",
            enabledTraits: ["RealXen"]),
        .trait(
            name: "TLS", description: "Migration and HTTP over TLS (xend-tls-…, xend-http-tls-…); builds BoringSSL."),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    ] + documentation,
    targets: [
        // -- What everything speaks --------------------------------------------------------------------------------
        // SXP text and values.
        module("SExpressions"),
        // The nouns: domain and device configurations, ids, sizes, reasons; valid by construction.
        module("DomainModel", ["SExpressions"]),
        // The rules: which operation is allowed when, the plan for it, restart policy. No I/O, no time, no chance.
        module("DomainLifecycle", ["DomainModel", "SExpressions"]),

        // Configuration files of xm and xl, read as data.
        module("DomainFiles", ["DomainModel", "SExpressions"]),

        // Text inside HTML and JSON.
        module("WebText"),
        // A domain's configuration as Xen's libxl and its users read it.
        module("LibxlForm", ["DomainModel", "SExpressions", "WebText"]),

        // -- What a machine can be asked ---------------------------------------------------------------------------
        // Hypervisor, xenstore, event channels, consoles, as protocols.
        module("HypervisorInterface", ["DomainModel"]),
        // Files, scripts, network, clock, chance: what else is outside, as protocols.
        module("HostInterface"),
        // The split-device handshake through xenstore, written once for both machines.
        module("DriverDomain", ["HypervisorInterface", "HostInterface", "DomainModel", "SExpressions"]),

        // -- The daemon --------------------------------------------------------------------------------------------
        // SHA-256, SipHash, XXH64: what is hashed is what was meant.
        module("Digests"),
        // Who may do what.
        module("AccessControl", ["HostInterface", "DomainLifecycle", "Digests", "SExpressions"]),
        // Save files and the migration protocol.
        module("Migration", ["Digests", "HypervisorInterface", "HostInterface", "DomainModel", "SExpressions"]),
        // Performs plans, keeps the journal, watches the machine.
        module(
            "DomainManagement",
            [
                "AccessControl", "DomainLifecycle", "DriverDomain", "Migration", "Digests", "HypervisorInterface",
                "HostInterface",
                "DomainModel", "LibxlForm",
                "SExpressions",
                .product(name: "Logging", package: "swift-log"),
            ]),
        // Where HTTP connections come from, as a protocol, and what one client may cost.
        module("HTTPInterface", ["HostInterface", .product(name: "NIOCore", package: nio)]),
        // HTTP requests to operations and queries, and their answers as SXP, HTML, JSON and text.
        module(
            "XendServer",
            [
                "AccessControl", "HTTPInterface", "DomainManagement", "DomainFiles", "DomainLifecycle", "DomainModel",
                "HypervisorInterface",
                "Digests", "HostInterface", "SExpressions", "WebText",
                .product(name: "NIOCore", package: nio), .product(name: "NIOHTTP1", package: nio),
                .product(name: "NIOWebSocket", package: nio),
                .product(name: "Logging", package: "swift-log"),
            ]),
        // Reads xend-config.sxp, starts and stops the parts in order.
        module(
            "XendDaemon",
            [
                "XendServer", "AccessControl", "HTTPInterface", "DomainManagement", "DomainLifecycle", "DomainModel",
                "DriverDomain",
                "Migration", "HypervisorInterface",
                "HostInterface", "SExpressions", .product(name: "Logging", package: "swift-log"),
            ]),

        // -- The real machine --------------------------------------------------------------------------------------
        // Calls of Linux that Swift's Glibc module leaves out. Header only.
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "CXen"),
        // libxenctrl and its sisters behind HypervisorInterface. Empty without the trait RealXen.
        .target(
            name: "XenHypervisor",
            dependencies: [
                "HypervisorInterface", "DomainModel", "CLinux",
                .target(name: "CXen", condition: .when(traits: ["RealXen"])),
            ], swiftSettings: settings, linkerSettings: libxen),
        // Files, subprocesses, sockets, boot record, log of a Linux host, behind HostInterface.
        module(
            "LinuxHost",
            [
                "CLinux", "HostInterface", "HTTPInterface", .product(name: "NIOCore", package: nio),
                .product(name: "NIOPosix", package: nio), .product(name: "NIOHTTP1", package: nio),
                .product(name: "NIOSSL", package: "swift-nio-ssl", condition: .when(traits: ["TLS"])),
                .product(name: "NIOTLS", package: nio),
                .product(name: "SystemPackage", package: "swift-system"),
            ]),

        // -- Clients -----------------------------------------------------------------------------------------------
        // One method per function of the manual's client API.
        module(
            "XendClient",
            [
                "SExpressions", .product(name: "NIOCore", package: nio), .product(name: "NIOPosix", package: nio),
                .product(name: "NIOSSL", package: "swift-nio-ssl", condition: .when(traits: ["TLS"])),
            ]),
        // Configuration files of `xm create`, the outputs of xm and xl.
        module(
            "XmCommands",
            [
                "XendClient", "DomainFiles", "DomainLifecycle", "DomainModel", "LibxlForm", "Migration",
                "HypervisorInterface", "HostInterface", "SExpressions",
            ]),

        // -- The simulated machine ---------------------------------------------------------------------------------
        // Virtual time, deterministic execution, chance by seed.
        simulator("Simulation", ["HostInterface"]),
        // A machine below the hypercalls: memory, domains, xenstore, back-ends, guests, faults.
        simulator("SimulatedHypervisor", ["Simulation", "HypervisorInterface", "HostInterface", "DomainModel"]),
        // A host around it: files, scripts, network, power.
        simulator(
            "SimulatedHost",
            [
                "Simulation", "SimulatedHypervisor", "HostInterface", "HypervisorInterface",
                "DomainModel",
            ]),
        .systemLibrary(
            name: "CLibXML2", path: "Simulator/CLibXML2", pkgConfig: "libxml-2.0",
            providers: [.apt(["libxml2-dev"])]),
        // Scenario files: read, checked, laid out.
        simulator(
            "ScenarioLanguage",
            [
                "SimulatedHost", "SimulatedHypervisor", "HypervisorInterface", "HostInterface", "XendDaemon",
                "DomainManagement", "DomainLifecycle", "DomainModel",
                "SExpressions",
                "CLibXML2",
            ]),
        // For a test of one's own: worlds of hosts, each with the whole daemon, users of it, and what can be done to them.
        simulator(
            "XendTesting",
            [
                "ScenarioLanguage", "SimulatedHost", "SimulatedHypervisor", "Simulation", "XendClient", "XendDaemon",
                "HTTPInterface", "XendServer", "DomainManagement", "DomainLifecycle", "DomainModel",
                "HypervisorInterface", "HostInterface",
                "SExpressions", .product(name: "NIOEmbedded", package: nio), .product(name: "NIOCore", package: nio),
            ]),
        // The simulated machine under somebody's hands: the resource `/simulator`, its pages, and what has been done as a story.
        simulator(
            "Cockpit",
            [
                "XendTesting", "ScenarioLanguage", "SimulatedHost", "SimulatedHypervisor", "Simulation", "XendServer",
                "DomainLifecycle", "DomainModel", "HypervisorInterface", "HostInterface", "SExpressions",
            ]),
        // Runs scenarios, in this process or against a daemon somewhere; transcripts and reports.
        simulator(
            "ScenarioRunner",
            [
                "XendTesting", "ScenarioLanguage", "SimulatedHost", "SimulatedHypervisor", "Simulation", "XendClient",
                "XendDaemon", "DomainManagement", "DomainLifecycle", "DomainModel", "HostInterface", "SExpressions",
                "WebText", "CLibXML2", "CLinux",
            ]),
        // Every fault at every point, and random stories: what must hold all the while, and the shortest story that shows it does not.
        simulator(
            "Exploration",
            [
                "ScenarioRunner", "XendTesting", "ScenarioLanguage", "SimulatedHost", "SimulatedHypervisor",
                "Simulation", "DomainManagement", "DomainLifecycle", "DomainModel",
                "HostInterface", "SExpressions", "WebText",
            ]),

        // -- Programs ----------------------------------------------------------------------------------------------
        .executableTarget(
            name: "xend",
            dependencies: [
                "XendDaemon", "XenHypervisor", "HypervisorInterface", "XendClient", "LinuxHost", "HTTPInterface",
                "HostInterface", "DomainLifecycle",
                "SExpressions",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], exclude: ["man", "scripts", "systemd"], swiftSettings: settings),
        .executableTarget(
            name: "xm",
            dependencies: ["XmCommands", "XendClient", "HostInterface"], exclude: ["man"], swiftSettings: settings),
        .executableTarget(
            name: "xend-sim",
            dependencies: [
                "Cockpit", "XendTesting", "ScenarioLanguage", "XendDaemon", "XendServer", "AccessControl",
                "HTTPInterface",
                "DomainManagement",
                "DomainLifecycle", "DomainModel", "LinuxHost", "SimulatedHost", "Simulation", "HypervisorInterface",
                "HostInterface", "SExpressions",
                .product(name: "NIOCore", package: nio), .product(name: "NIOPosix", package: nio),
                .product(name: "NIOHTTP1", package: nio), .product(name: "Logging", package: "swift-log"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], path: "Simulator/xend-sim", exclude: ["man"], swiftSettings: settings),
        .executableTarget(
            name: "xend-scenario",
            dependencies: [
                "Exploration", "ScenarioRunner", "ScenarioLanguage", "HostInterface",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], path: "Simulator/xend-scenario", exclude: ["man"], swiftSettings: settings),

        // The checks that both machines must pass, and the program that makes them on a real one.
        .target(
            name: "MachineContract", dependencies: ["HypervisorInterface", "DomainModel"],
            path: "Tests/MachineContract",
            swiftSettings: settings),
        .executableTarget(
            name: "xen-contract", dependencies: ["MachineContract", "XenHypervisor", "HypervisorInterface"],
            path: "CI/lab/xen-contract",
            swiftSettings: settings),

        // -- Tests -------------------------------------------------------------------------------------------------
        tests("ArchitectureTests"),
        tests("SExpressionsTests", ["SExpressions"]),
        tests("DomainModelTests", ["DomainModel", "SExpressions"]),
        tests("DomainLifecycleTests", ["DomainLifecycle", "DomainModel", "SExpressions"]),
        tests(
            "DomainManagementTests",
            [
                "DomainManagement", "AccessControl", "DomainLifecycle", "DriverDomain", "DomainModel",
                "HypervisorInterface",
                "HostInterface", "SExpressions", "SimulatedHost", "SimulatedHypervisor", "Simulation",
                .product(name: "Logging", package: "swift-log"),
            ]),
        tests("XendDaemonTests", ["XendDaemon", "XendTesting"]),
        tests("SimulationTests", ["Simulation", "HostInterface"]),
        tests(
            "SimulatedHypervisorTests",
            [
                "SimulatedHypervisor", "SimulatedHost", "Simulation", "HypervisorInterface", "HostInterface",
                "DomainModel",
                "MachineContract",
            ]),
        tests(
            "XendServerTests",
            [
                "XendServer", "AccessControl", "HTTPInterface", "LinuxHost", "DomainManagement", "DomainLifecycle",
                "DomainModel",
                "HostInterface", "HypervisorInterface", "SExpressions", "CLibXML2",
                .product(name: "NIOCore", package: nio), .product(name: "NIOEmbedded", package: nio),
                .product(name: "NIOHTTP1", package: nio), .product(name: "Logging", package: "swift-log"),
            ]),
        tests(
            "LinuxHostTests",
            [
                "LinuxHost", "HTTPInterface", "HostInterface", .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "NIOCore", package: nio), .product(name: "NIOPosix", package: nio),
            ]),
        tests(
            "XendClientTests",
            [
                "XendClient", "SExpressions", .product(name: "NIOCore", package: nio),
                .product(name: "NIOPosix", package: nio),
            ]),
        .testTarget(
            name: "XmCommandsTests",
            dependencies: [
                "XmCommands", "DomainFiles", "XendClient", "DomainLifecycle", "DomainModel", "HostInterface",
                "SExpressions",
            ], exclude: ["Corpus"], swiftSettings: settings),
        tests(
            "TransferTests",
            [
                "DomainManagement", "DomainLifecycle", "DomainModel", "Migration", "HypervisorInterface",
                "HostInterface", "SExpressions", "SimulatedHost", "SimulatedHypervisor", "Simulation",
                .product(name: "Logging", package: "swift-log"),
            ]),
        tests(
            "MigrationTests",
            ["Migration", "Digests", "HypervisorInterface", "HostInterface", "DomainModel", "SExpressions"]),
        tests("ScenarioLanguageTests", ["ScenarioLanguage", "SimulatedHypervisor", "SExpressions"]),
        tests("XendTestingTests", ["XendTesting"]),
        tests(
            "CockpitTests",
            [
                "Cockpit", "ScenarioRunner", "XendTesting", "ScenarioLanguage", "SimulatedHypervisor", "SExpressions",
            ]),
        tests(
            "ScenarioRunnerTests",
            [
                "ScenarioRunner", "Exploration", "ScenarioLanguage", "SimulatedHypervisor", "XendDaemon",
                "HypervisorInterface", "DomainModel", "SExpressions",
            ]),
        tests(
            "ExplorationTests",
            [
                "Exploration", "ScenarioRunner", "XendTesting", "ScenarioLanguage", "SimulatedHypervisor",
                "DomainLifecycle",
                "HypervisorInterface", "DomainModel", "SExpressions",
            ]),
    ]
)

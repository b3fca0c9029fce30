import DomainLifecycle
import DomainModel
import SExpressions
import Testing

/// Every stage × every operation: accepted (the plan's name) or refused (the beginning of the words).
@Suite struct AdmissionTests {
    static let operations: [DomainOperation] = [
        .pause, .unpause, .shutdown(.poweroff), .shutdown(.reboot), .shutdown(.halt), .destroy(.halt),
        .destroy(.reboot), .pinCPU([0]), .setMaximumMemory(MemorySize(mebibytes: 80)),
        .setMemoryTarget(MemorySize(mebibytes: 32)), .setScheduler(weight: 512, cap: nil),
        .rename(try! DomainName("db")),
        .createDevice(try! DeviceConfig(SExpression.parseFirst("(vif (mac aa:00:00:00:00:01))"))),
        .destroyDevice(.vif, index: 0),
    ]

    @Test("A port beside the destination of a migration counts where that names none, and 0 is the usual one")
    func portsOfDestinations() {
        for (host, port, expected) in [
            ("h", 0, "h"), ("h", 8002, "h:8002"), ("h:8003", 8002, "h:8003"), ("[::1]", 8002, "[::1]:8002"),
            ("[::1]:8003", 8002, "[::1]:8003"), ("fe80::1", 8002, "[fe80::1]:8002"), ("fe80::1", 0, "fe80::1"),
        ] {
            let request = MigrationRequest(destination: host, port: port, live: true, rate: 5)
            #expect(request.destination == expected && request.live && request.rate == 5)
        }
    }

    /// One letter for each operation, in the order above: `+` accepted, `s` wrong stage, `f` foreign, `0` domain 0, `d` no such device.
    static let table: [(TableFixture.Place, String)] = [
        (.live, "+++++++++++++d"),
        (.exited, "++sss++++s++ss"),
        (.ending, "sssss++sssssss"),
        (.pending, "sssss++sssssss"),
        (.blocked, "s+sss++sssssss"),
        (.foreign, "++++++f++++fff"),
        (.zero, "0+00000++++000"),
    ]

    @Test(arguments: table) func eachOperationHasADefinedAnswer(_ place: TableFixture.Place, _ expected: String) throws
    {
        var answers = ""
        for operation in Self.operations {
            var fixture = TableFixture()
            try fixture.bring(to: place)
            let before = fixture.table.sorted
            do {
                _ = try fixture.table.begin(.operation(operation), on: fixture.uuid, at: fixture.now + 100)
                answers += "+"
            } catch {
                answers += Self.letter(error)
                #expect(fixture.table.sorted == before, "a refusal has changed something")
            }
        }
        #expect(answers == expected, "in stage \(place)")
    }

    private static func letter(_ refusal: Refusal) -> String {
        switch refusal {
        case .wrongStage: "s"
        case .foreign: "f"
        case .domainZero: "0"
        case .noSuchDevice: "d"
        default: "?\(refusal)"
        }
    }

    @Test func nothingBeginsWhileTheDaemonStops() throws {
        var fixture = TableFixture()
        try fixture.bring(to: .live)
        fixture.table.isStopping = true
        #expect(throws: Refusal.stopping) {
            try fixture.table.begin(.operation(.pause), on: fixture.uuid, at: 0)
        }
        #expect(throws: Refusal.stopping) {
            try fixture.table.begin(
                create: TableFixture.config(name: "b"), uuid: DomainUUID(random: .init(repeating: 0, count: 16)),
                at: 1000)
        }
    }

    @Test(arguments: TableFixture.Place.allCases.filter { $0 != .zero && $0 != .foreign })
    func aNameIsTakenInEveryStage(_ place: TableFixture.Place) throws {
        var fixture = TableFixture()
        try fixture.bring(to: place)
        let other = DomainUUID(bytes: [UInt8](repeating: 2, count: 16))
        #expect(throws: Refusal.nameClash(try DomainName("web"))) {
            try fixture.table.begin(create: TableFixture.config(), uuid: other, at: 1000)
        }
    }

    @Test func aDomainIsFoundByNameThenIdThenUuid() throws {
        var fixture = TableFixture()
        try fixture.bring(to: .live)
        for text in ["web", "7", fixture.uuid.description] {
            #expect(try fixture.table.find(DomainReference(text)).uuid == fixture.uuid)
        }
        for text in ["07", "", "nope", "8"] {
            #expect(throws: Refusal.noSuchDomain(DomainReference(text))) {
                try fixture.table.find(DomainReference(text))
            }
        }
    }
}

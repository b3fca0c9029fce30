import DomainLifecycle
import DomainModel
import SExpressions

/// A table and the shortest ways to bring a domain into each stage.
struct TableFixture {
    var table = DomainTable()
    let uuid = DomainUUID(bytes: [UInt8](repeating: 1, count: 16))
    let id = DomainID(7)!
    var now = 1000.0

    static func config(_ fields: String = "", name: String = "web") throws -> DomainConfig {
        try DomainConfig(
            SExpression.parseFirst("(vm (name \(name)) (memory 64) (image (linux (kernel /boot/vmlinuz))) \(fields))"))
    }

    func report(_ reason: ShutdownReason? = nil, paused: Bool = false) -> DomainReport {
        DomainReport(
            id: id, uuid: uuid, isPaused: paused, shutdownReason: reason, memory: MemorySize(mebibytes: 64),
            maximumMemory: MemorySize(mebibytes: 64))
    }

    /// What a look sees that goes on from another one.
    func changes(_ reports: [DomainReport] = [], gone: [DomainID] = []) -> DomainChanges {
        DomainChanges(reports: reports, gone: gone, isComplete: false, look: DomainLook())
    }

    /// A live domain with what its configuration says attached.
    mutating func live(_ fields: String = "") throws {
        let plan = try table.begin(create: Self.config(fields), uuid: uuid, at: 1000)
        table.note(.created(id), of: uuid)
        table.note(.console(ConsoleRecord(port: 9607, channel: 1)), of: uuid)
        for case .attach(let device) in plan.steps { table.note(.attached(device), of: uuid) }
        _ = table.finish(plan, .done)
        table.note(.reported(report()), of: uuid)
    }

    /// The guest stops by itself and is reaped; the plan is not finished.
    mutating func reap(_ reason: ShutdownReason) throws -> Plan {
        table.note(.reported(report(reason)), of: uuid)
        return try table.begin(.reap, on: uuid, at: now)
    }

    enum Place: CaseIterable { case creating, live, exited, ending, pending, booting, blocked, foreign, zero }

    /// Brings the domain into a stage without an operation in progress (as far as it can be without one).
    mutating func bring(to place: Place) throws {
        switch place {
        case .creating: _ = try table.begin(create: Self.config(), uuid: uuid, at: 1000)
        case .live: try live()
        case .exited:
            try live("(on_poweroff preserve)")
            let plan = try reap(.poweroff)
            _ = table.finish(plan, .done)
        case .ending:
            try live()
            let plan = try reap(.poweroff)
            _ = table.finish(plan, .incomplete(held: ["vbd"]))
        case .pending:
            try live()
            let plan = try reap(.reboot)
            _ = table.finish(plan, .done)
        case .booting:
            try bring(to: .pending)
            _ = try table.begin(.rebuild, on: uuid, at: now)
        case .blocked:
            try bring(to: .pending)
            for _ in 0..<RestartPolicy.attempts {
                let plan = try table.begin(.rebuild, on: uuid, at: now)
                _ = table.finish(plan, .undone(reason: "no memory"))
            }
        case .foreign: table.adopt(report(), name: "web")
        case .zero:
            var report = report()
            report.id = .zero
            table.adopt(report, name: "Domain-0")
        }
    }
}

extension DomainTable {
    /// Examines what a look at everything sees.
    mutating func examine(_ reports: [DomainReport], asOf serial: UInt64) -> [Finding] {
        examine(DomainChanges(reports: reports, isComplete: true, look: DomainLook()), asOf: serial)
    }
}

import Testing

@testable import XendTesting

/// Every bar of the history's time line, held against what the machine did.
@Suite struct TimelineTests {
    private struct Bar {
        var host, domain, state: String
        var start: Double
        /// nil: it goes on.
        var end: Double?
    }

    /// How a machine had a domain at a moment.
    private enum Truth: Hashable {
        case absent, paused, running, suspended, ended, crashed, dying
    }

    private struct Moment {
        var time: Double
        /// By host and domain.
        var truth: [String: Truth]
    }

    /// What a bar claims, as truths of a machine. While something is made, arrives or ends Xen may have it or not.
    private static let allowed: [String: Set<Truth>] = [
        "making": [.absent, .paused], "arriving": [.absent, .paused, .suspended], "running": [.running],
        "copying": [.running],
        "paused": [.paused], "suspended": [.suspended], "handed-over": [.suspended, .dying, .absent],
        "in-doubt": [.suspended, .paused], "exited": [.ended], "crashed": [.crashed],
        "ending": [.running, .paused, .suspended, .ended, .crashed, .dying, .absent],
        "waiting": [.ended, .crashed, .dying, .absent, .suspended], "kept": [.absent],
    ]

    /// A world that is looked at every 20 ms.
    private final class Bench {
        let world = ScenarioWorld(seed: 5)
        private(set) var moments: [Moment] = []
        /// Set by faults or by hand: what xend cannot see meanwhile.
        private(set) var blind: [ClosedRange<Double>] = []

        init() throws {
            for name in ["alpha", "beta"] { world.addHost(HostSetup(name: name)) }
            for host in world.hosts { try world.startAndWait(host) }
            try world.perform("(kernel /boot/big (boots-in 1s) (dirties 200 (of 64)))")
        }

        var wall: Double { world.hosts[0].host.wallTime.seconds }

        func pass(_ time: Duration) {
            let end = world.now + time
            while world.now < end {
                world.advance(by: .milliseconds(20))
                look()
            }
        }

        private func look() {
            var truth: [String: Truth] = [:]
            for host in world.hosts where host.host.isOn {
                let machine = host.host.machine
                for report in machine.reports where report.id != .zero {
                    let name = machine.inspection.storeValue("/local/domain/\(report.id)/name") ?? ""
                    truth["\(host.name) \(name)"] = Self.truth(report)
                }
            }
            moments.append(Moment(time: wall, truth: truth))
        }

        private static func truth(_ report: DomainReport) -> Truth {
            if report.isDying { return .dying }
            switch report.shutdownReason {
            case .suspend?: return .suspended
            case .crash?: return .crashed
            case .some: return .ended
            case nil: return report.isPaused ? .paused : .running
            }
        }

        /// While something is asked time passes, and the machine is looked at as well.
        func post(_ path: String, _ fields: [(name: String, value: String)], to host: String = "alpha") throws {
            let exchange = HTTPExchange(
                .post(path, fields), on: try world.openHTTP(host, from: nil), hostHeader: world.hostHeader(host))
            for _ in 0..<20_000 where !exchange.poll() { pass(.milliseconds(20)) }
            pass(.milliseconds(200))
        }

        func create(_ name: String, _ kernel: String = "/boot/vmlinuz", _ more: String = "") throws {
            let config = "(vm (name \(name)) (memory 64) (image (linux (kernel \(kernel)))) \(more))"
            try post("/xend/domain", [("op", "create"), ("config", config)])
            try post("/xend/domain/\(name)", [("op", "unpause")])
            pass(.seconds(2))
        }

        func bars() throws -> [Bar] {
            try world.hosts.flatMap { host -> [Bar] in
                let text = try world.request("GET", "/xend/history", to: host.name).text
                return try SExpression.parseFirst(text).children().filter {
                    $0.isElement("span") && $0.childText("domain") != "Domain-0"
                }.map { span in
                    Bar(
                        host: host.name, domain: span.childText("domain") ?? "", state: span.childText("state") ?? "",
                        start: span.childText("start").flatMap(Double.init) ?? 0,
                        end: span.childText("end").flatMap(Double.init))
                }
            }
        }

        /// Within how many seconds of its beginning and end a bar may be wrong: Xen tells of it a moment later.
        static let moment = 0.05

        func check() throws {
            let bars = try bars()
            #expect(bars.count > 20)
            for bar in bars {
                let inside = moments.filter {
                    $0.time > bar.start + Self.moment && $0.time < (bar.end ?? .infinity) - Self.moment
                }
                for moment in inside {
                    let truth = moment.truth["\(bar.host) \(bar.domain)"] ?? .absent
                    if TimelineTests.allowed[bar.state]?.contains(truth) != true {
                        Issue.record(
                            "\(bar.host): \(bar.domain) is \(bar.state) from \(bar.start) on, and at \(moment.time) the machine has it \(truth)"
                        )
                        break
                    }
                }
            }
            for moment in moments {
                for (key, truth) in moment.truth where truth == .running {
                    let near = bars.filter {
                        "\($0.host) \($0.domain)" == key && $0.start < moment.time + Self.moment
                            && ($0.end ?? .infinity) > moment.time - Self.moment
                    }
                    if !near.contains(where: { ["running", "copying", "ending"].contains($0.state) }) {
                        Issue.record("at \(moment.time) \(key) runs, and its bars are \(near.map(\.state))")
                        return
                    }
                }
            }
            // Never on two hosts at once.
            for bar in bars where ["running", "copying"].contains(bar.state) {
                for other in bars
                where other.domain == bar.domain && other.host != bar.host
                    && ["running", "copying"].contains(other.state)
                {
                    let overlap = min(bar.end ?? .infinity, other.end ?? .infinity) - max(bar.start, other.start)
                    #expect(overlap <= 0, "\(bar.domain) runs on \(bar.host) and \(other.host) at once")
                }
            }
        }
    }

    @Test("Creation, pause, reboot, crash, save, restore, a live migration and the end") func everyBar() throws {
        let bench = try Bench()
        try bench.create("web")
        try bench.create("big", "/boot/big")
        try bench.create("once", "/boot/vmlinuz", "(restart never)")
        try bench.post("/xend/domain/web", [("op", "pause")])
        bench.pass(.seconds(1))
        try bench.post("/xend/domain/web", [("op", "unpause")])
        try bench.world.perform("(guest once (crash))")
        try bench.post("/xend/domain/web", [("op", "shutdown"), ("reason", "reboot")])
        bench.pass(.seconds(30))
        try bench.post("/xend/domain/web", [("op", "save"), ("file", "/tmp/web.save")])
        bench.pass(.seconds(1))
        try bench.post("/xend/domain", [("op", "restore"), ("file", "/tmp/web.save")])
        bench.pass(.seconds(2))
        try bench.post("/xend/domain/big", [("op", "migrate"), ("destination", "beta"), ("live", "1")])
        bench.pass(.seconds(5))
        try bench.post("/xend/domain/web", [("op", "destroy"), ("reason", "halt")])
        bench.pass(.seconds(1))
        try bench.check()
        let states = Set(try bench.bars().map(\.state))
        for state in ["making", "running", "paused", "copying", "suspended", "arriving", "ending"] {
            #expect(states.contains(state), "no bar is \(state): \(states.sorted())")
        }
        #expect(bench.moments.contains { $0.truth["beta big"] == .running })
    }

    @Test("A migration whose link breaks: who is in doubt says so, and nobody runs twice") func doubt() throws {
        let bench = try Bench()
        try bench.create("big", "/boot/big")
        for number in 0..<8 { try bench.create("d\(number)") }
        try bench.world.perform("(fault (network beta alpha) (after 2s) (drop))")
        try bench.post("/xend/domain/big", [("op", "migrate"), ("destination", "beta"), ("live", "1")])
        bench.pass(.seconds(60))
        try bench.check()
    }
}

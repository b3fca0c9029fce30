import DomainLifecycle
import HostInterface
import SExpressions
import ScenarioLanguage
import SimulatedHost
import SimulatedHypervisor
import XendServer
import XendTesting

/// What the HTTP servers of the simulation's daemons have beside xend's own: `/simulator` for programs, and the pages for people.
extension SimulatorControl {
    /// For a daemon's HTTP server.
    public var resources: [Resource] { [world(operations), scenarioFile] + machines(operations) }

    private var operations: [Resource.Operation] {
        [
            .change("do") { [self] exchange async throws(Failure) in
                try await done(exchange.request.form.text("forms") ?? "")
            },
            .change("act") { [self] exchange async throws(Failure) in
                try await done(try filledIn(exchange.request.form))
            },
            .change("heal") { [self] exchange async throws(Failure) in try await done(healing(exchange.request.form)) },
            .change("fault") { [self] exchange async throws(Failure) in try await done(fault(exchange.request.form)) },
        ]
    }

    private func world(_ operations: [Resource.Operation]) -> Resource {
        Resource(
            "/simulator",
            get: { [self] exchange async throws(Failure) in
                let (state, page) = (await state(), await worldPage())
                return .value(state).page { page.page() }
            }, operations,
            otherwise: { [self] exchange async throws(Failure) in
                try await done(exchange.request.form.text("forms") ?? SXPText.string(decoding: exchange.request.body))
            }, section: "Simulator")
    }

    private func machines(_ operations: [Resource.Operation]) -> [Resource] {
        [
            Resource(
                "/simulator/host/:host",
                get: { [self] exchange async throws(Failure) in
                    let host = try self.host(exchange.lastSegment)
                    let page = hostPage(host, looksForLeaks: exchange.request.form.text("leaks") != nil)
                    return .value(await state(of: host)).page { page.page() }
                }, operations),
            Resource(
                "/simulator/host/:host/:domain",
                get: { [self] exchange async throws(Failure) in
                    let segments = exchange.request.target.segments
                    let page = try guestPage(try host(segments[2]), segments[3])
                    return .value(page.expression).page { page.page() }
                }, operations),
        ]
    }

    private var scenarioFile: Resource {
        Resource(
            "/simulator/scenario",
            get: { [self] _ async throws(Failure) in
                let text = await scenario()
                return .reply(
                    Reply(
                        contentType: "text/plain; charset=utf-8", body: Array(text.utf8),
                        headers: [
                            ("Content-Disposition", "attachment; filename=\"so-far.sxp\""),
                            ("X-Content-Type-Options", "nosniff"),
                        ]))
            })
    }

    private func done(_ text: String) async throws(Failure) -> XendServer.Answer {
        .value(try await perform(text)).told("Done: \(text.prefix(400))")
    }

    private func host(_ name: String) throws(Failure) -> RunningHost {
        do {
            return try acts.find(name)
        } catch {
            throw Failure(OperationError(.notFound, "\(error)"))
        }
    }

    // MARK: - What forms of pages mean

    /// `shape` is one of the shapes of the language, `value` stands for each of its fields, `host` for where it happens, `domain` for the
    /// guest that acts.
    private func filledIn(_ form: Form) throws(Failure) -> String {
        let (shape, host) = (form.text("shape") ?? "", form.text("host"))
        guard let act = CockpitForms.all.first(where: { $0.shape == shape }) else {
            throw Failure(OperationError(.invalid, "simulator: there is no form \(shape)"))
        }
        let values = act.fields.indices.map { form.text("value\($0)") ?? "" }
        guard let domain = form.text("domain") else {
            return act.text(values, on: CockpitForms.namesNoHost.contains(act.name) ? nil : host)
        }
        let on = host.map { "(on \(SExpression.atom($0).quoted)) " } ?? ""
        return "(guest \(on)\(SExpression.atom(domain).quoted) \(act.text(values)))"
    }

    /// `point`, `detail`, `when` with `times`, `action` with `value`.
    private func fault(_ form: Form) -> String {
        let (host, detail) = (form.text("host") ?? "", form.text("detail") ?? "")
        let more = detail.isEmpty ? "" : " " + SExpression.atom(detail).quoted
        let when = form.text("when") ?? ""
        let selector = when.isEmpty ? "" : " (\(when) \(SExpression.atom(form.text("times") ?? "").quoted))"
        let value = form.text("value") ?? ""
        let action = "(\(form.text("action") ?? "")\(value.isEmpty ? "" : " " + SExpression.atom(value).quoted))"
        return "(fault (on \(SExpression.atom(host).quoted)) (\(form.text("point") ?? "")\(more))\(selector) \(action))"
    }

    /// `point`, as a fault has it.
    private func healing(_ form: Form) -> String {
        "(heal (on \(SExpression.atom(form.text("host") ?? "").quoted)) \(form.text("point") ?? ""))"
    }

    // MARK: - What pages show

    private func worldPage() async -> WorldPage {
        var lines: [WorldPage.Line] = []
        for host in hosts() {
            lines.append(
                WorldPage.Line(
                    name: host.name, url: url(host), isOn: host.host.isOn, state: "\(host.state)",
                    coming: coming[host.name],
                    failure: host.startFailure, boots: host.host.bootCount, wall: host.host.wallTime.seconds,
                    free: host.host.machine.freeMemory,
                    domains: host.host.isOn ? host.host.machine.reports.count - 1 : 0,
                    rules: host.host.faults.rules, cpus: host.host.configuration.cpus))
        }
        return WorldPage(
            time: world.executor.now, isVirtual: world.executor.mode == .virtual, pace: pacer.pace, hosts: lines,
            open: await openWork(), count: story.count, newest: story.newest(12))
    }

    /// - Parameter looksForLeaks: which takes a look at everything there is.
    private func hostPage(_ host: RunningHost, looksForLeaks: Bool) -> HostPage {
        let guests = names(of: host).map { id, name in
            GuestLine(
                id: id, name: name, report: host.host.machine.report(of: id),
                phase: host.host.machine.inspection.guestPhase(id))
        }
        return HostPage(
            name: host.name, url: url(host), isOn: host.host.isOn, state: "\(host.state)", coming: coming[host.name],
            failure: host.startFailure, guests: guests, rules: host.host.faults.rules,
            struck: host.host.faults.history.suffix(15).reversed().map {
                "\($0.at.clock) s: \($0.point.description) \($0.action.form)"
            },
            leaks: looksForLeaks ? (host.host.isOn ? host.host.leaks() : []) : nil, points: points(of: host),
            others: hosts().map(\.name))
    }

    private func guestPage(_ host: RunningHost, _ name: String) throws(Failure) -> GuestPage {
        guard host.host.isOn, let id = host.host.domainID(named: name) else {
            throw Failure(OperationError(.notFound, "there is no domain \(name) on \(host.name)"))
        }
        let machine = host.host.machine
        return GuestPage(
            host: host.name,
            guest: GuestLine(
                id: id, name: self.name(of: id, host), report: machine.report(of: id),
                phase: machine.inspection.guestPhase(id)),
            nodes: nodes(below: "/local/domain/\(id)", machine.inspection, limit: 200))
    }

    /// What a domain has in xenstore: those of others are not looked through for it.
    private func nodes(
        below path: String, _ inspection: MachineInspection, limit: Int
    ) -> [(path: String, value: String)] {
        var found: [(path: String, value: String)] = []
        for name in inspection.storeChildren(path) where found.count < limit {
            let node = "\(path)/\(name)"
            found.append((node, inspection.storeValue(node) ?? ""))
            found += nodes(below: node, inspection, limit: limit - found.count)
        }
        return found
    }

    /// The domains of a machine, but for domain 0, by what xenstore calls them.
    /// - Parameter limit: more of them are no page.
    private func names(of host: RunningHost, limit: Int = 200) -> [(id: DomainID, name: String)] {
        guard host.host.isOn else { return [] }
        let machine = host.host.machine
        return machine.reports.lazy.filter { $0.id != .zero }.prefix(limit).map { report in
            (report.id, name(of: report.id, host))
        }
    }

    private func name(of id: DomainID, _ host: RunningHost) -> String {
        host.host.machine.inspection.storeValue("/local/domain/\(id)/name") ?? id.description
    }

    /// Where something can go wrong on a host, by kind: those that have names of their own, and what there is at the moment of the others.
    private func points(of host: RunningHost) -> [(kind: String, names: [String])] {
        FaultPoint.Kind.allCases.map { kind in
            let names: [String] =
                switch kind {
                case .network:
                    hosts().filter { $0.name != host.name }.map { "\(host.name) \($0.name)" } + [
                        "\(host.name) \(host.name)"
                    ]
                case .listener: world.network.listeningPorts(of: host.name).map(String.init)
                case .guest: self.names(of: host).map { SExpression.atom($0.name).quoted }
                case .hypercall, .xenstore, .script, .backend, .frontend, .disk, .step:
                    FaultPattern.names(of: kind).map { SExpression.atom($0).quoted }
                }
            return (kind.rawValue, names)
        }
    }

    // MARK: - So far

    /// What has been done so far, as a scenario whose end must be what is so now.
    package func scenario() async -> String {
        var checks: [String] = []
        for host in hosts() where host.state == .up {
            let domains = await host.daemon?.domains() ?? []
            let others = domains.filter { $0.id != .zero }
            let names = others.map { SExpression.atom($0.name).quoted }
            checks.append((["(domains (on \(host.name))"] + names).joined(separator: " ") + ")")
            for domain in others {
                // Which of its cpus runs just now is chance.
                let letters = domain.state.description.dropFirst(2)
                checks.append(
                    "(domain (on \(host.name)) \(SExpression.atom(domain.name).quoted) (state (~ \"^..\(letters)$\")))")
            }
        }
        return story.scenario("so-far", seed: world.seed, remarks: remarks, checks: checks)
    }
}

/// What can be filled in on the pages.
package enum CockpitForms {
    /// What a guest does.
    package static let guest = Vocabulary.guestActs.flatMap(ActForm.all)
    /// What is done to a machine from outside; guests and faults have forms of their own.
    package static let machine = Vocabulary.acts.filter { !["guest", "fault", "heal"].contains($0.name) }.flatMap(
        ActForm.all)
    /// What is put on a machine.
    package static let setup = Vocabulary.setup.filter { ScenarioReader.loneSetupForms.contains($0.name) }.flatMap(
        ActForm.all)
    /// What the simulator alone does.
    static let own = (["(heal)", "(settle)", "(reset)"] + TimeForm.shapes).flatMap { ActForm.all(Vocabulary.Form($0)) }
    static let all = guest + machine + setup + own

    /// They say themselves where they are, or are nowhere.
    static let namesNoHost: Set<String> = [
        "host", "receiver", "copy", "power-loss", "host-reboot", "heal", "settle", "reset", "pace", "jump",
    ]
    /// What a person sees instead of the language's word, where that is better.
    package static func form(_ shape: String) -> ActForm? { all.first { $0.shape == shape } }
}

extension Instant {
    /// Seconds since the world's beginning, with three digits.
    var clock: String {
        let millis = nanoseconds / 1_000_000
        let rest = String(millis % 1000)
        return "\(millis / 1000)." + String(repeating: "0", count: 3 - rest.count) + rest
    }
}

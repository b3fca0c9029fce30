import DomainLifecycle
import DomainManagement
import DomainModel
import SExpressions

/// `/xend/domain/DOM`
enum DomainResource {
    static func information(_ exchange: Exchange) async throws(Failure) -> Answer {
        let domain: DomainInformation
        do {
            domain = try await exchange.domain()
        } catch {
            guard let defined = await exchange.definedDomain() else { throw error }
            let shown = exchange.wantsDetail ? defined.laterExpression : defined.expression
            let offers = exchange.representation == .html ? await exchange.offers() : nil
            return .value(shown).page {
                DefinedDomainPage(
                    domain: defined, offers: offers ?? Offers(refusals: [:], caller: exchange.request.caller)
                ).page()
            }
        }
        guard exchange.representation == .html else {
            return exchange.wantsDetail ? .value(await later(domain, exchange)) : .value(domain)
        }
        let task = await runningTask(of: domain, exchange)
        let offers = await exchange.offers()
        let measures = await exchange.service.measures().map {
            ($0.series(of: domain.uuid) ?? MeasureSeries(), exchange.clock.wallTime.seconds)
        }
        return .value(domain).page {
            DomainPage(domain: domain, task: task, host: exchange.host, offers: offers, measures: measures).page()
        }
    }

    /// As clients of Xen 3 read it. What the scheduler has of a domain that xend did not make is asked of it.
    private static func later(_ domain: DomainInformation, _ exchange: Exchange) async -> SExpression {
        guard domain.config == nil, let found = try? await exchange.service.scheduler(exchange.reference) else {
            return domain.laterExpression(scheduling: nil)
        }
        return domain.laterExpression(scheduling: (found.weight, found.cap))
    }

    // MARK: Operations that are not the table's

    /// Cancels what is being done to the domain: its running task.
    static func cancel(_ exchange: Exchange) async throws(Failure) -> Answer {
        let domain = try await exchange.domain()
        guard let task = await runningTask(of: domain, exchange) else {
            throw Failure(
                OperationError(
                    .refused, "cannot cancel: domain \(domain.id) \"\(domain.name)\" is not being saved or migrated"))
        }
        try await exchange.ask { service throws(OperationError) in
            try await service.cancelTask(task.id, for: exchange.requester)
        }
        return .zero
    }

    private static func runningTask(of domain: DomainInformation, _ exchange: Exchange) async -> TaskInformation? {
        await exchange.service.tasks().last { $0.outcome == .running && $0.domainID == domain.id }
    }

    /// The schedulers of 2004 are gone from Xen.
    static func oldScheduler(_ exchange: Exchange) async throws(Failure) -> Answer {
        let operation = exchange.request.form.text("op") ?? ""
        throw Failure(
            OperationError(
                .notSupported,
                "cannot \(operation): this Xen has no such scheduler; weight and cap are set with sched_credit_set"))
    }

    // MARK: Devices

    /// Adds a device that fields describe; the operation is the one of programs.
    static func attach(_ kind: DraftDevice.Kind) -> Resource.Handler {
        { exchange throws(Failure) in
            let device = DraftDevice(kind, exchange.request.form)
            guard let rule = OperationRule.all(of: .domain).first(where: { $0.name == "device_create" }) else {
                return .none
            }
            let config = Form([Form.Field("config", SXPText.bytes(of: device.element.description))])
            let asked: Asked
            do throws(OperationError) {
                asked = try rule.asked(config)
            } catch {
                throw Failure(error)
            }
            guard case .domain(let operation) = asked, case .device(let made) = try await exchange.perform(operation)
            else { return .none }
            var answer = Answer.value(made)
            answer.warnings = operation.warnings
            return answer
        }
    }

    static func devices(_ type: DeviceType) -> Resource.Handler {
        { exchange throws(Failure) in
            let devices = try await exchange.domain().devices.filter { $0.type == type }
            return .list(devices)
        }
    }

    static func device(_ type: DeviceType) -> Resource.Handler {
        { exchange throws(Failure) in
            let index = try exchange.read(.text(type.rawValue))
            let domain = try await exchange.domain()
            let devices = domain.devices.filter { $0.type == type }
            if let device = devices.first(where: { String($0.idx) == index }) { return .value(device) }
            let known = devices.map { String($0.idx) }.joined(separator: ", ")
            throw Failure(
                OperationError(
                    .notFound,
                    "domain \(domain.id) \"\(domain.name)\" has no \(type) \(index) "
                        + "(it has: \(known.isEmpty ? "none" : known))"))
        }
    }

    /// Devices of a type as clients of Xen 3 read them; none of those types that xend has not.
    static func devicesOfType(_ exchange: Exchange) async throws(Failure) -> Answer {
        let type = try exchange.read(.word("type", of: DeviceType.wordsOfLater))
        let domain = try await exchange.domain()
        return .list(domain.devices.filter { $0.type.rawValue == type }.map { $0.laterExpression(of: domain.id) })
    }

    /// A domain is answered when its devices are connected: there is nothing left to wait for.
    static func waitForDevices(_ exchange: Exchange) async throws(Failure) -> Answer {
        _ = try await exchange.domain()
        return .zero
    }

    /// `(sched_credit (weight W) (cap C))`
    static func scheduler(_ exchange: Exchange) async throws(Failure) -> Answer {
        let parameters = try await exchange.ask { service throws(OperationError) in
            try await service.scheduler(exchange.reference)
        }
        return .value(
            .element("sched_credit", .element("weight", parameters.weight), .element("cap", parameters.cap)))
    }

    /// The virtual cpus, as clients of xend 3.0 read them.
    static func vcpus(_ exchange: Exchange) async throws(Failure) -> Answer {
        let domain = try await exchange.domain()
        let vcpus = try await exchange.ask { service throws(OperationError) in
            try await service.vcpus(exchange.reference)
        }
        let node = try await exchange.ask { service throws(OperationError) in try await service.node() }
        return .value(
            .element(
                "domain",
                [.element("domid", domain.id), .element("name", domain.name), .element("vcpu_count", vcpus.count)]
                    + vcpus.map { $0.expression(ofCPUs: node.report.cpus) }))
    }
}

extension Exchange {
    /// The domain the path names.
    var reference: DomainReference { DomainReference(lastSegment) }

    /// The domain the path names, if `If-Match` allows it: the generation of its configuration, or `*`.
    private var referenceIfMatch: DomainReference {
        get throws(OperationError) {
            guard let tag = request.headers.first(name: "if-match"), tag != "*" else { return reference }
            guard tag.count > 2, tag.hasPrefix("\""), tag.hasSuffix("\""),
                let number = UInt64(tag.dropFirst().dropLast())
            else {
                throw OperationError(.stale, "If-Match: \(tag) is no generation of a domain (as in \"3\")")
            }
            return DomainReference(lastSegment, generation: number)
        }
    }

    /// What a domain is and is called, whether it runs or is only defined; nil: there is none.
    func known(_ reference: DomainReference) async -> (uuid: DomainUUID, name: String)? {
        if let domain = try? await service.domain(reference) { return (domain.uuid, domain.name) }
        return await service.definedDomains(reference).first.map { ($0.uuid, $0.name) }
    }

    /// The domain the path names, if it is defined and does not run.
    func definedDomain() async -> DefinedDomain? {
        await service.definedDomains(reference).first
    }

    /// - Throws: 404 `invalid domain:X`.
    func domain() async throws(Failure) -> DomainInformation {
        try await askForResource { service throws(OperationError) in try await service.domain(reference) }
    }

    /// Does something to the domain the path names. If there is none the answer is 404 (reference/http-api.md §3); that
    /// it has no such device, say, is an error like others.
    func perform(_ operation: DomainOperation) async throws(Failure) -> OperationResult {
        do {
            return try await service.submit(.domain(try referenceIfMatch, operation), for: requester)
        } catch {
            if error.kind == .stale { throw Failure(status: Status.preconditionFailed, error) }
            let isDomainUnknown = error.kind == .notFound && error.message == "invalid domain:\(reference)"
            throw isDomainUnknown ? Failure(status: Status.notFound, error) : Failure(error)
        }
    }

    var wantsDetail: Bool { request.form.text("detail").map { $0 != "0" && !$0.isEmpty } ?? false }
}

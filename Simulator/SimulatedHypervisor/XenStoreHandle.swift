import DomainModel
import HostInterface
import HypervisorInterface

/// The xenstore of a simulated machine as one incarnation of the daemon sees it: its connection, which the kill
/// closes, with the transactions and watches that belong to it.
struct XenStoreHandle: XenStore {
    /// Events that nobody reads are kept up to here, then the oldest are forgotten: they all say "look again".
    static let watchBacklog = 16_384

    let machine: SimulatedMachine
    let incarnation: Incarnation

    private var store: XenStored { machine.store }

    func read(_ path: String, in transaction: XenStoreTransaction?) async throws(XenStoreError) -> String {
        var fault: FaultAction?
        let value = try await request(.read, "read", path, &fault) { () throws(XenStoreError) in
            try store.read(path, in: transaction?.rawValue)
        }
        return fault.isDamage ? String(decoding: fault.damaged(Array(value.utf8)), as: UTF8.self) : value
    }

    func write(_ path: String, _ value: String, in transaction: XenStoreTransaction?) async throws(XenStoreError) {
        try await request(.write, "write", path) { () throws(XenStoreError) in
            try store.write(path, value, in: transaction?.rawValue)
        }
    }

    func makeDirectory(_ path: String, in transaction: XenStoreTransaction?) async throws(XenStoreError) {
        try await request(.write, "make", path) { () throws(XenStoreError) in
            try store.makeDirectory(path, in: transaction?.rawValue)
        }
    }

    func remove(_ path: String, in transaction: XenStoreTransaction?) async throws(XenStoreError) {
        try await request(.rm, "remove", path) { () throws(XenStoreError) in
            try store.remove(path, in: transaction?.rawValue)
        }
    }

    func list(_ path: String, in transaction: XenStoreTransaction?) async throws(XenStoreError) -> [String] {
        try await request(.read, "list", path) { () throws(XenStoreError) in
            try store.list(path, in: transaction?.rawValue)
        }
    }

    func setPermissions(
        _ path: String, _ permissions: [XenStorePermission], in transaction: XenStoreTransaction?
    ) async throws(XenStoreError) {
        try await request(.write, "set permissions of", path) { () throws(XenStoreError) in
            try store.setPermissions(path, permissions, in: transaction?.rawValue)
        }
    }

    /// At once, where nothing can happen in between: a request of its own for each cost as much as what it does.
    func apply(_ changes: [XenStoreChange], in transaction: XenStoreTransaction?) async throws(XenStoreError) {
        guard isOpen else { return try await applyEach(changes, in: transaction) }
        let number = transaction?.rawValue
        for change in changes {
            switch change {
            case .write(let path, let value): try store.write(path, value, in: number)
            case .makeDirectory(let path): try store.makeDirectory(path, in: number)
            case .setPermissions(let path, let permissions): try store.setPermissions(path, permissions, in: number)
            }
        }
    }

    func commit(_ changes: [XenStoreChange], below base: String) async throws(XenStoreError) {
        if isOpen, store.commit(changes, below: base) { return }
        try await commitInTransaction(changes, below: base)
    }

    private var isOpen: Bool { incarnation.isOpen(takes: machine.configuration.latencies.store) }

    // MARK: Transactions

    func beginTransaction() async throws(XenStoreError) -> XenStoreTransaction {
        let number = try await request(.transaction, "begin", "/", named: "a transaction") { () throws(XenStoreError) in
            try store.beginTransaction(on: incarnation.number)
        }
        return XenStoreTransaction(number)
    }

    func endTransaction(_ transaction: XenStoreTransaction, commit: Bool) async throws(XenStoreError) {
        try await request(.transaction, "commit", "/", named: "a transaction") { () throws(XenStoreError) in
            try store.endTransaction(transaction.rawValue, commit: commit)
        }
    }

    // MARK: Watches

    func watch(_ path: String) async throws(XenStoreError) -> XenStoreWatch {
        let (changes, continuation) = AsyncStream.makeStream(
            of: String.self, bufferingPolicy: .bufferingNewest(Self.watchBacklog))
        let machine = self.machine
        let number = try await request(.watch, "watch", path) { () throws(XenStoreError) in
            try store.watch(path) { changed in deliver(changed, continuation, machine) }
        }
        let rite = incarnation.atEnd { [store] in
            store.unwatch(number)
            continuation.finish()
        }
        let incarnation = self.incarnation
        let spawner = machine.timeline.spawner
        return XenStoreWatch(changes: changes) {
            // May come from a foreign thread: hop over.
            spawner.spawn {
                incarnation.forgetAtEnd(rite)
                machine.store.unwatch(number)
                continuation.finish()
            }
        }
    }

    private func deliver(
        _ path: String, _ continuation: AsyncStream<String>.Continuation, _ machine: SimulatedMachine
    ) {
        let fault = machine.faults.meet(.xenstore, FaultPoint.watchEvent, path)
        if fault.isSilence || fault.errno != nil { return }
        guard let delay = fault.delay else {
            continuation.yield(path)
            return
        }
        machine.timeline.schedule(after: delay) { continuation.yield(path) }
    }

    // MARK: Domains

    func introduce(_ id: DomainID, frame: UInt64, port: EventPort) async throws(XenStoreError) {
        let place = "/local/domain/\(id)"
        try await request(.introduce, "introduce", place, named: "domain \(id)") { () throws(XenStoreError) in
            guard let domain = machine.domains[id], !domain.isDying, domain.built?.storeFrame == frame,
                domain.ports[port.rawValue] != nil
            else { throw XenStoreError("introduce", "domain \(id)", .invalid) }
            domain.ports[port.rawValue]?.isBound = true
            store.introduce(id)
        }
    }

    func resume(_ id: DomainID) async throws(XenStoreError) {
        let place = "/local/domain/\(id)"
        try await request(.resume, "resume", place, named: "domain \(id)") { () throws(XenStoreError) in
            guard store.introduced.contains(id) else { throw XenStoreError("resume", "domain \(id)", .notFound) }
            store.resume(id)
        }
    }

    func release(_ id: DomainID) async throws(XenStoreError) {
        let place = "/local/domain/\(id)"
        try await request(.release, "release", place, named: "domain \(id)") { () throws(XenStoreError) in
            guard store.introduced.contains(id) else { throw XenStoreError("release", "domain \(id)", .notFound) }
            store.release(id)
        }
    }

    // MARK: One request

    private func request<Result: Sendable>(
        _ point: XenStoreRequest, _ action: String, _ path: String, named name: String? = nil,
        _ body: () throws(XenStoreError) -> Result
    ) async throws(XenStoreError) -> Result {
        if isOpen { return try body() }
        var fault: FaultAction?
        return try await request(point, action, path, named: name, &fault, body)
    }

    /// - Parameters:
    ///   - name: what errors call it; nil: by its path.
    ///   - fault: what the caller itself must act out.
    private func request<Result: Sendable>(
        _ point: XenStoreRequest, _ action: String, _ path: String, named name: String? = nil,
        _ fault: inout FaultAction?, _ body: () throws(XenStoreError) -> Result
    ) async throws(XenStoreError) -> Result {
        let afterwards: FaultAction?
        do throws(Incarnation.Obstacle) {
            afterwards = try await incarnation.pass(
                .xenstore, point.rawValue, path, takes: machine.configuration.latencies.store)
        } catch {
            throw XenStoreError(action, name ?? path, XenStoreError.Reason(error))
        }
        let result = try body()
        fault = afterwards
        guard let afterwards else { return result }
        do throws(Incarnation.Obstacle) { try incarnation.finish(afterwards) } catch {
            throw XenStoreError(action, name ?? path, XenStoreError.Reason(error))
        }
        return result
    }
}

extension XenStoreError.Reason {
    init(_ obstacle: Incarnation.Obstacle) {
        switch obstacle {
        case .fenced: self = .fenced
        case .cancelled: self = .unavailable
        case .errno(let name): self = XenStoreError.Reason(errno: ErrnoName.number(name))
        }
    }
}

import DomainModel
import HostInterface
import HypervisorInterface

extension DriverDomain {
    /// Makes both ends of a device let go of each other.
    ///
    /// A live guest is asked (the back-end's state goes to Closing, the guest follows). A dead or paused one cannot take part:
    /// its front-end directory is removed, which makes the back-end let go by itself.
    ///
    /// - Throws: `inUse` when the guest holds on to it, `timedOut` when the back-end still holds it after its time-out.
    func letGo(_ path: DevicePath, force: Bool) async throws(DeviceError) {
        do {
            if force {
                // Only its state will tell that another domain's kernel has let go, and a driver that may be bound again says so
                // only of a device that was closing.
                if path.backend != .zero { try await closeIfServed(path) }
                try await store.removeIfPresent(path.frontendDirectory)
            } else {
                try await askGuest(path)
            }
            try await awaitReleased(path)
        } catch {
            throw DeviceError(error)
        }
    }

    func removeDirectories(_ path: DevicePath) async throws(DeviceError) {
        do {
            try await store.removeIfPresent(path.frontendDirectory)
            try await store.removeIfEmpty(path.frontendParent)
            try await removeBackend(path)
        } catch {
            throw DeviceError(error)
        }
    }

    /// The directories above go with the last back-end in them.
    private func removeBackend(_ path: DevicePath) async throws {
        try await store.removeIfPresent(path.backendDirectory)
        for directory in path.backendParents { try await store.removeIfEmpty(directory) }
    }

    private func askGuest(_ path: DevicePath) async throws {
        let back = path.backendDirectory
        // Who has let go already is not asked again: nobody would answer.
        guard let state = try await store.readIfPresent("\(back)/state"), XenbusState(text: state) != .closed else {
            return
        }
        // Nor is a back-end that its driver has given up, as it does when the front-end's state is none: blkback leaves its own as it was.
        if path.backend == .zero, await !node.backendDevices().contains(path.kernelName) { return }
        try await close(path)
        let closed = try await wait(forChangesOf: "\(back)/state") {
            switch XenbusState(text: try await store.readIfPresent("\(back)/state")) {
            case .closed, .unknown: return true
            // It was on its way there, and has written over what it was asked.
            case .connected:
                try await close(path)
                return false
            case .initialising, .initWait, .initialised, .closing: return false
            }
        }
        guard closed else {
            throw DeviceError(
                "the guest did not let it go within \(text(settings.backendTimeout)): it may be in use there",
                kind: .inUse)
        }
    }

    private func closeIfServed(_ path: DevicePath) async throws(XenStoreError) {
        let state = XenbusState(text: try await store.readIfPresent("\(path.backendDirectory)/state"))
        switch state {
        case .initWait, .initialised, .connected: try await close(path)
        // Nobody has it, or it is on its way already.
        case .unknown, .initialising, .closing, .closed: break
        }
    }

    private func close(_ path: DevicePath) async throws(XenStoreError) {
        let back = path.backendDirectory
        try await store.transaction { transaction throws(XenStoreError) in
            try await store.write("\(back)/online", "0", in: transaction)
            try await store.write("\(back)/state", XenbusState.closing.text, in: transaction)
        }
    }

    /// Until the kernel of the driver domain has no device any more, whatever xenstore says.
    private func awaitReleased(_ path: DevicePath) async throws {
        guard path.backend == .zero else { return try await awaitRemoteRelease(path) }
        let backend = "\(path.backendDirectory)/state"
        let gone = await poll {
            if await !node.backendDevices().contains(path.kernelName) { return true }
            // No driver has taken it, whose module may not be loaded: the state is the one that we wrote. The kernel has such a device for
            // as long as its directory is there.
            return (try? await store.readIfPresent(backend)).flatMap { XenbusState(text: $0) } == .initialising
        }
        guard gone else {
            let state = try await store.readIfPresent(backend) ?? "none"
            throw DeviceError(
                "the back-end still holds \(path.kernelName) (state \(state)) after \(text(settings.backendTimeout))",
                kind: .timedOut)
        }
    }

    /// Another driver domain's kernel cannot be looked into: its back-end says Closed, or it is gone itself, or it never took
    /// the device, whose state is then the one that we wrote.
    private func awaitRemoteRelease(_ path: DevicePath) async throws {
        let node = "\(path.backendDirectory)/state"
        let closed = try await wait(forChangesOf: node) {
            let state = XenbusState(text: try await store.readIfPresent(node))
            return state == .closed || state == .unknown || state == .initialising
        }
        guard closed else {
            throw DeviceError("the back-end in domain \(path.backend) still holds it", kind: .timedOut)
        }
    }

    /// Releases every device of a domain that xenstore or the kernel still shows: what a crash left behind.
    ///
    /// - Parameters:
    ///   - known: kernel names of devices to leave alone.
    ///   - backends: the domains that may serve them.
    /// - Returns: what is still held, in words.
    public func releaseRemains(
        of domain: DomainID, except known: Set<String> = [], servedBy backends: [DomainID] = [.zero]
    ) async -> [String] {
        var held: [String] = []
        var (remains, served): ([DevicePath], [DomainID]) = ([], [])
        do {
            for backend in backends {
                let types = try await store.backendTypes(in: backend)
                if types != nil { served.append(backend) }
                remains += try await self.remains(of: domain, in: backend, types ?? [])
            }
        } catch {
            return ["it cannot be seen which devices domain \(domain) has: \(error)"]
        }
        for path in remains where !known.contains(path.kernelName) {
            do {
                try await release(nil, at: path, force: true)
            } catch {
                held.append("\(path.kernelName): \(error)")
            }
        }
        do {
            for backend in served { try await removeEmptyDirectories(of: domain, in: backend) }
        } catch {
            held.append("the directories of its devices: \(error)")
        }
        return held
    }

    /// The domains that serve devices, whatever a front-end says of them. Costs a look at each domain there is.
    public func backends() async throws(XenStoreError) -> [DomainID] {
        var found: [DomainID] = [.zero]
        for name in try await store.listIfPresent("/local/domain") {
            guard let id = DomainID(text: name), id != .zero else { continue }
            if try await store.backendTypes(in: id)?.isEmpty == false { found.append(id) }
        }
        return found.sorted()
    }

    /// A daemon that was killed just after it had removed a device has left the directories above it.
    private func removeEmptyDirectories(
        of domain: DomainID, in backend: DomainID
    ) async throws(XenStoreError) {
        let types = try await store.backendTypes(in: backend) ?? []
        if types.isEmpty { try await store.removeIfEmpty(directory(of: backend)) }
        for type in types {
            let parents = DevicePath(type: type, domain: domain, backend: backend, handle: 0).backendParents
            guard let nearest = parents.first, try await store.listIfPresent(nearest) == [] else { continue }
            for directory in parents { try await store.removeIfEmpty(directory) }
        }
    }

    /// The devices of a domain that are still in xenstore's lists, or, of domain 0, in the kernel's.
    func remains(of domain: DomainID, in backend: DomainID = .zero) async throws(XenStoreError) -> [DevicePath] {
        try await remains(of: domain, in: backend, store.backendTypes(in: backend) ?? [])
    }

    private func remains(
        of domain: DomainID, in backend: DomainID, _ types: [DeviceType]
    ) async throws(XenStoreError) -> [DevicePath] {
        var paths: Set<DevicePath> = []
        for type in types {
            for name in try await store.listIfPresent("\(directory(of: backend))/\(type.rawValue)/\(domain)") {
                guard let handle = UInt32(name) else { continue }
                paths.insert(DevicePath(type: type, domain: domain, backend: backend, handle: handle))
            }
        }
        for name in backend == .zero ? await node.backendDevices() : [] {
            let parts = name.split(separator: "-")
            guard parts.count == 3, let type = DeviceType(rawValue: String(parts[0])), type.isSplit,
                parts[1] == domain.description, let handle = UInt32(parts[2])
            else { continue }
            paths.insert(DevicePath(type: type, domain: domain, backend: backend, handle: handle))
        }
        return paths.sorted { ($0.type, $0.handle) < ($1.type, $1.handle) }
    }
}

/// Where a driver domain has its back-ends.
private func directory(of backend: DomainID) -> String { "/local/domain/\(backend)/backend" }

extension XenStore {
    /// The types that the driver domain has back-ends of, for any domain; nil when it has not even a place for them, which one look
    /// tells.
    fileprivate func backendTypes(in backend: DomainID) async throws(XenStoreError) -> [DeviceType]? {
        do throws(XenStoreError) {
            let names = try await list(directory(of: backend))
            return DeviceType.split.filter { names.contains($0.rawValue) }
        } catch {
            guard error.reason == .notFound else { throw error }
            return nil
        }
    }
}

import DomainModel
import HostInterface
import HypervisorInterface

/// Connects devices: writes both ends into xenstore, waits for the back-end, runs the hotplug scripts. The same for the real and
/// the simulated machine.
///
/// Every operation may be repeated: attaching what a crash left half attached is preceded by `release`, and releasing what is not
/// there does nothing.
public struct DriverDomain: Sendable {
    let store: any XenStore
    let node: any NodeControl
    let files: any FileStore
    let clock: any HostClock
    let scripts: HotplugScripts
    /// From the configuration; the same for all devices.
    public let settings: DriverDomainSettings

    /// - Parameter scriptStarted: makes a durable note of a script's process, so that the next daemon can wait for it or end it.
    public init(
        store: any XenStore, host: Host, settings: DriverDomainSettings,
        scriptStarted: @escaping @Sendable (ScriptCall, ScriptProcess) async -> Void = { _, _ in }
    ) {
        self.store = store
        node = host.node
        files = host.files
        clock = host.clock
        scripts = HotplugScripts(runner: host.scripts, settings: settings, started: scriptStarted)
        self.settings = settings
    }

    // MARK: Nodes

    /// Writes both ends of a device in one transaction; `state` last, for it starts the drivers.
    func plug(
        _ path: DevicePath, backend: [(String, String)], frontend: [(String, String)]
    ) async throws(DeviceError) {
        let back = path.backendDirectory
        let front = path.frontendDirectory
        let state = [("state", XenbusState.initialising.text)]
        let backNodes = [("frontend", front), ("frontend-id", "\(path.domain)"), ("online", "1")] + backend + state
        let frontNodes = [("backend", back), ("backend-id", "\(path.backend)")] + frontend + state
        let changes =
            [
                .setPermissions(
                    "", [XenStorePermission(path.backend, .none), XenStorePermission(path.domain, .read)]),
                .setPermissions(
                    front, [XenStorePermission(path.domain, .none), XenStorePermission(path.backend, .read)]),
            ] + backNodes.map { XenStoreChange.write($0, $1) }
            + frontNodes.map { XenStoreChange.write("\(front)/\($0)", $1) }
        do {
            // Before the transaction: a new node changes the one above it, which many domains share, and transactions that
            // change the same node conflict.
            try await store.makeDirectory(back, in: nil)
            try await store.makeDirectory(front, in: nil)
            try await store.commit(changes, below: back)
        } catch {
            throw DeviceError(error)
        }
    }

    // MARK: Waiting

    /// Waits until the back-end is ready for the guest (manual, decision 2: InitWait).
    func awaitReady(_ path: DevicePath) async throws(DeviceError) {
        let state = "\(path.backendDirectory)/state"
        let reached = try await wait(forChangesOf: state) {
            switch XenbusState(text: try await store.readIfPresent(state)) {
            case .initWait, .initialised, .connected: true
            case .closing, .closed: throw DeviceError(await reason(path) ?? "the back-end refused the device")
            case .unknown, .initialising:
                if let reason = await reason(path) { throw DeviceError(reason) } else { false }
            }
        }
        guard reached else {
            let why = await reason(path).map { ": \($0)" } ?? ""
            throw DeviceError(
                "Callback timed out (the back-end was not ready after \(text(settings.backendTimeout))\(why))",
                kind: .timedOut)
        }
    }

    /// What a back-end wrote about its trouble. Drivers quote what they found in the guest's part of xenstore.
    private func reason(_ path: DevicePath) async -> String? {
        // Linux's xenbus_dev_error writes below error/ of the domain that has the driver.
        let node =
            "/local/domain/\(path.backend)/error/backend/\(path.type.rawValue)/\(path.domain)/\(path.handle)/error"
        return ((try? await store.readIfPresent(node)) ?? nil).map { printable($0.prefix(200)) }
    }

    /// Whether `isReached` became true within the back-end time-out; it is asked at once and after each change of `path`.
    func wait(
        forChangesOf path: String, until isReached: @escaping @Sendable () async throws -> Bool
    ) async throws(DeviceError) -> Bool {
        do {
            let watch = try await store.watch(path)
            defer { watch.cancel() }
            return try await clock.withDeadline(clock.now + settings.backendTimeout) {
                for await _ in watch.changes where try await isReached() { return true }
                // The watch has ended, because the daemon does, or xenstored has died: asked once more, xenstore says which.
                if try await isReached() { return true }
                throw DeviceError("xenstore does not tell of changes any more")
            }
        } catch is DeadlineExceeded {
            return false
        } catch {
            throw DeviceError(error)
        }
    }

    /// Asks again at short intervals, for what has no watch: the kernel's devices.
    func poll(until isReached: @escaping @Sendable () async -> Bool) async -> Bool {
        let deadline = clock.now + settings.backendTimeout
        while await !isReached() {
            guard clock.now < deadline else { return false }
            do { try await clock.sleep(for: pollInterval) } catch { return false }
        }
        return true
    }

    func text(_ duration: Duration) -> String { "\(Int(duration.inSeconds)) s" }
}

/// Short against a kernel's work on a device, long against the cost of looking.
private let pollInterval = Duration.milliseconds(10)

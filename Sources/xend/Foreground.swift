import ArgumentParser
import DomainLifecycle
import Glibc
import HTTPInterface
import HostInterface
import LinuxHost
import XenHypervisor
import XendDaemon

/// The daemon itself, on the real machine and on no other: without Xen it says so and ends.
struct Foreground {
    var isTracing = false

    /// How long it may take to end. `xend stop` waits for 30 s (manual, decision 9): it is to see the end.
    private static let endLimit = Duration.seconds(28)

    /// Serves until a signal asks it to end.
    func run() async throws {
        LargeBlocks.areGivenBack()
        let descriptors = OpenFileLimit.raise().map { DescriptorShares(limit: $0) }
        let (signals, asked) = AsyncStream.makeStream(of: Void.self)
        // However often it is asked for before it is done, once is enough.
        let (hangups, hangup) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        try StopSignals.whenFirst(limit: Self.endLimit, hangup: { hangup.yield() }, { asked.finish() })
        let readiness = Readiness()
        do {
            let configuration = try await configuration()
            let holding = try takePidFile()
            defer { holding.release() }
            // Requests are read, decided and answered on one thread (record 14).
            let core = LoopExecutor()
            try await withTaskExecutorPreference(core) {
                let signals = Signals(stop: signals, reload: hangups)
                try await serve(configuration, descriptors, readiness, signals, on: core)
            }
        } catch {
            let reason = "\(error)"
            readiness.fail(reason)
            Terminal.complain("xend: \(reason)")
            throw error is ConfigurationFileError ? ExitCode.configuration : ExitCode.failure
        }
    }

    /// What is asked of the daemon from outside.
    struct Signals {
        /// Ends when the daemon is to end.
        var stop: AsyncStream<Void>
        /// Has something each time when the configuration is to be read again.
        var reload: AsyncStream<Void>
    }

    /// Takes the daemon's place meanwhile: no other may read or write the database.
    func downgradeDatabase() async throws {
        do {
            let configuration = try await configuration()
            let holding = try takePidFile()
            defer { holding.release() }
            let count = try await configuration.downgradeDatabase(host: .linux())
            Terminal.say(
                count.map { "\($0) domain\($0 == 1 ? "" : "s") written in the format of the xend before" }
                    ?? "there is no database in this xend's format: nothing to do")
        } catch {
            Terminal.complain("xend: \(error)")
            throw ExitCode.failure
        }
    }

    /// Where the configuration file is.
    var configurationPath: String {
        getenv("XEND_CONFIG").map { String(cString: $0) } ?? XendConfiguration.defaultPath
    }

    /// What the configuration file says.
    /// - Parameters:
    ///   - path: nil = where it is.
    ///   - mayBeAbsent: an absent file means all defaults.
    func configuration(_ path: String? = nil, mayBeAbsent: Bool = true) async throws -> XendConfiguration {
        let path = path ?? configurationPath
        let bytes: [UInt8]
        do {
            bytes = try await LinuxFiles().read(path, limit: Self.configurationLimit)
        } catch {
            guard error.reason == .notFound, mayBeAbsent else { throw StartFailure("\(error)") }
            return XendConfiguration()
        }
        return try XendConfiguration(String(decoding: bytes, as: UTF8.self), file: path)
    }

    /// A configuration is a page of text. What is larger is another file.
    private static let configurationLimit = 1 << 20

    private func takePidFile() throws -> PidFile.Holding {
        do {
            return try PidFile().take()
        } catch {
            guard error.reason == .exists else { throw StartFailure("\(error)") }
            let process = PidFile().runningProcess().map { ": process \($0.pid)" } ?? ""
            throw StartFailure("it runs already\(process) (/var/run/xend.pid)")
        }
    }
}

/// Why the daemon does not start.
struct StartFailure: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}

#if RealXen
    extension Foreground {
        private func serve(
            _ configuration: XendConfiguration, _ descriptors: DescriptorShares?, _ readiness: Readiness,
            _ signals: Signals, on core: LoopExecutor
        ) async throws {
            let inherited = InheritedSockets()
            // Never closed: what has not ended with the daemon may ask it until the process is gone, and all ends with that.
            let xen = try await XenMachine()
            if readiness.isService { try await XenDaemons(store: xen.machine.store).await(readiness) }
            var options = DaemonOptions()
            options.isTracing = isTracing
            options.secureNetwork = LinuxNetwork.securing(inherited: inherited)
            options.configuration = { try await self.configuration() }
            options.reloading = { begins in begins ? readiness.reloading() : readiness.reloaded() }
            options.descriptors = descriptors
            StepPoints.tell(&options)
            let log = RotatingLog(path: configuration.logPath)
            try log.check()
            let audit = RotatingLog(path: configuration.auditPath, limits: .audit)
            try audit.check()
            let history = RotatingLog(path: configuration.historyPath, limits: .history)
            let daemon = Daemon(
                machine: xen.machine, host: .linux(on: core, inherited: inherited),
                http: LinuxHTTPListening(group: core.loop, descriptors: descriptors, inherited: inherited), log: log,
                audit: SystemJournal().map { JournaledLog(audit, journal: $0) } ?? audit, history: history,
                configuration: configuration,
                options: options)
            do {
                try await daemon.start()
                chdir("/")
                for place in inherited.closeRest() {
                    Terminal.complain("xend: systemd listens on \(place), which the configuration does not name")
                }
                await live(daemon, readiness, signals, LinuxTasks(on: core))
            } catch {
                for file in [log, audit, history] { await file.flush() }
                throw error
            }
            for file in [log, audit, history] { await file.flush() }
        }

        /// From the first answer to the end.
        private func live(
            _ daemon: Daemon, _ readiness: Readiness, _ signals: Signals, _ tasks: LinuxTasks
        ) async {
            readiness.announce()
            // Tasks of their own, for as long as the daemon serves, beside this one, which waits for the end. Whoever cannot get to the
            // manager has a daemon that does nothing: the heart beats through it, so that systemd starts a daemon anew that hangs there.
            let heart = tasks.spawn { await readiness.keepAlive(LinuxClock()) { await daemon.manager.answer() } }
            let reloads = tasks.spawn {
                for await _ in signals.reload { _ = try? await daemon.reload(for: Requester("SIGHUP")) }
            }
            for await _ in signals.stop {}
            heart.cancel()
            reloads.cancel()
            readiness.stopping()
            await daemon.stop()
        }
    }
#else
    extension Foreground {
        private func serve(
            _ configuration: XendConfiguration, _ descriptors: DescriptorShares?, _ readiness: Readiness,
            _ signals: Signals, on core: LoopExecutor
        ) async throws {
            throw StartFailure(
                "this program was built without the back-end for a real Xen: build it with libxen-dev installed and "
                    + "swift build --traits DynXen (or StaticXen); xend-sim is the one that needs no Xen")
        }
    }
#endif

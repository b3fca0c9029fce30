import HypervisorInterface

/// What both machines, the real one and the simulated one, must do alike: one suite, run against either.
///
/// A case makes what it needs and takes it away again, so that cases can run in any order on one machine.
public struct ContractCase: Sendable, CustomStringConvertible {
    /// A sentence.
    public let name: String
    /// Throws when the machine does otherwise.
    public let check: @Sendable (ContractSetting) async throws -> Void

    init(_ name: String, _ check: @escaping @Sendable (ContractSetting) async throws -> Void) {
        self.name = name
        self.check = check
    }

    public var description: String { name }

    /// Every case.
    public static let all: [ContractCase] =
        nodeCases + makingCases + runningCases + schedulingCases + consoleCases + storeCases + movingCases
}

/// A machine, and what a case may use on it.
public struct ContractSetting: Sendable {
    public var machine: Machine
    public var kernels: ContractKernels
    /// Lets the machine's time go on. Real time there, virtual time in a simulation.
    public var pass: @Sendable (Duration) async -> Void

    public init(machine: Machine, kernels: ContractKernels, pass: @escaping @Sendable (Duration) async -> Void) {
        self.machine = machine
        self.kernels = kernels
        self.pass = pass
    }

    /// Waits until `condition` holds, for at most `limit`.
    func eventually(
        _ what: String, within limit: Duration = .seconds(10), _ condition: () async throws -> Bool
    ) async throws {
        let step = Duration.milliseconds(20)
        var waited = Duration.zero
        while waited < limit {
            if try await condition() { return }
            await pass(step)
            waited += step
        }
        throw ContractViolation("not within \(limit): \(what)")
    }
}

/// Paths of kernels that behave as their names say.
public struct ContractKernels: Sendable {
    /// Prints `ready\n` at once, sends back what it is sent, obeys shutdown requests at once.
    public var echoes: String
    /// Shuts down with `reboot` at once.
    public var reboots: String
    /// Crashes at once.
    public var crashes: String
    /// Acknowledges a suspend request, and goes on.
    public var refusesSuspend: String
    /// A file that is no kernel.
    public var noKernel: String
    /// A file of 64 MiB, as a ramdisk.
    public var largeFile: String

    public init(
        echoes: String, reboots: String, crashes: String, refusesSuspend: String, noKernel: String, largeFile: String
    ) {
        self.echoes = echoes
        self.reboots = reboots
        self.crashes = crashes
        self.refusesSuspend = refusesSuspend
        self.noKernel = noKernel
        self.largeFile = largeFile
    }
}

/// The machine did something else.
public struct ContractViolation: Error, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }
}

func require(_ condition: Bool, _ what: @autoclosure () -> String) throws {
    guard condition else { throw ContractViolation(what()) }
}

func requireEqual<Value: Equatable>(_ seen: Value, _ expected: Value, _ what: String) throws {
    try require(seen == expected, "\(what) is \(seen), not \(expected)")
}

/// The body must throw a `HypervisorError` with this reason.
func requireFailure(
    _ reason: HypervisorError.Reason, _ what: String, _ body: () async throws(HypervisorError) -> Void
) async throws {
    do throws(HypervisorError) {
        try await body()
    } catch {
        return try requireEqual(error.reason, reason, "the reason of \"\(error)\"")
    }
    throw ContractViolation("\(what) succeeded")
}

/// The body must throw a `XenStoreError` with this reason.
func requireStoreFailure(
    _ reason: XenStoreError.Reason, _ what: String, _ body: () async throws(XenStoreError) -> Void
) async throws {
    do throws(XenStoreError) {
        try await body()
    } catch {
        return try requireEqual(error.reason, reason, "the reason of \"\(error)\"")
    }
    throw ContractViolation("\(what) succeeded")
}

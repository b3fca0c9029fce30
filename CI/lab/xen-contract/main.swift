// Runs the contract of machines against the real one: in domain 0, as root.
//
//   xen-contract DIRECTORY [WORD…]
//
// DIRECTORY holds the kernels of ContractKernels by name. With words: only the cases whose name contains one.

#if RealXen
    import Glibc
    import HypervisorInterface
    import MachineContract
    import XenHypervisor

    let arguments = CommandLine.arguments.dropFirst()
    guard let directory = arguments.first else {
        print("usage: xen-contract DIRECTORY [WORD...]")
        exit(2)
    }
    let words = arguments.dropFirst()
    let kernels = ContractKernels(
        echoes: "\(directory)/echoes", reboots: "\(directory)/reboots", crashes: "\(directory)/crashes",
        refusesSuspend: "\(directory)/refuses-suspend", noKernel: "\(directory)/no-kernel",
        largeFile: "\(directory)/large-file")
    let xen: XenMachine
    do {
        xen = try await XenMachine()
    } catch {
        print("\(error)")
        exit(1)
    }
    let setting = ContractSetting(machine: xen.machine, kernels: kernels) { duration in
        // The real machine's time goes on by itself.
        try? await Task.sleep(for: duration)
    }
    var failures = 0
    for contractCase in ContractCase.all where words.isEmpty || words.contains(where: contractCase.name.contains) {
        fflush(nil)
        let start = ContinuousClock.now
        do {
            try await contractCase.check(setting)
            print("ok    \(contractCase.name) (\(milliseconds(since: start)) ms)")
        } catch {
            failures += 1
            print("FAIL  \(contractCase.name): \(error) (\(milliseconds(since: start)) ms)")
        }
    }
    xen.close()
    print(failures == 0 ? "all passed" : "\(failures) failed")
    exit(failures == 0 ? 0 : 1)

    func milliseconds(since start: ContinuousClock.Instant) -> Int64 {
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }
#else
    print("xen-contract was built without the real machine: swift build --traits DynXen")
#endif

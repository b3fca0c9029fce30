#if RealXen
    import CXen
    import DomainModel
    import Glibc
    import HypervisorInterface
    import Synchronization

    /// Cores: libxenguest maps the domain's pages, a few megabytes at a time, and writes them into a pipe on a thread of its own;
    /// meanwhile a task carries the bytes on.
    extension LibxenHypervisor {
        func dumpCore(_ id: DomainID, output: any ImageOutput) async throws(HypervisorError) {
            let stream = try ImageStream(.fromLibrary, poller: poller)
            defer { stream.end() }
            let run = DumpRun(id: id, stream: stream)
            let failure: HypervisorError? = await withTaskGroup(of: HypervisorError?.self) { group in
                // The library's call blocks: it has a thread of its own, for which this waits while the bytes are carried on.
                group.addTask {
                    do throws(HypervisorError) {
                        try await onNewThread(named: "dump-\(id)") { () throws(HypervisorError) in try run.dump() }
                        return nil
                    } catch {
                        return error
                    }
                }
                // Why the output failed is why the library did.
                let failure = await run.carry(to: output)
                let libraryFailure = await group.next() ?? nil
                return failure ?? libraryFailure
            }
            if let failure { throw failure }
        }
    }

    /// One core.
    private final class DumpRun: Sendable {
        private let id: DomainID
        private let stream: ImageStream

        init(id: DomainID, stream: ImageStream) {
            self.id = id
            self.stream = stream
        }

        // MARK: On the library's thread

        func dump() throws(HypervisorError) {
            defer { stream.closeLibraryEnd() }
            let this = Unmanaged.passUnretained(self)
            try withExtendedLifetime(self) { () throws(HypervisorError) in
                _ = try XenControl().check("xc_domain_dumpcore", id) {
                    xc_domain_dumpcore_via_callback($0, UInt32(id.rawValue), this.toOpaque()) { _, data, bytes, count in
                        guard let data, let bytes else { return -1 }
                        return Unmanaged<DumpRun>.fromOpaque(data).takeUnretainedValue().take(bytes, Int(count))
                    }
                }
            }
        }

        /// - Returns: 0, or a negative errno, as the library wants it.
        private func take(_ bytes: UnsafeMutablePointer<CChar>, _ count: Int) -> Int32 {
            var sent = 0
            while sent < count {
                let result = write(stream.libraryEnd, bytes + sent, count - sent)
                if result > 0 {
                    sent += result
                } else if errno != EINTR {
                    return -errno
                }
            }
            return 0
        }

        // MARK: The task beside it

        /// Hands the bytes of the core on.
        /// - Returns: why they could not be.
        func carry(to output: any ImageOutput) async -> HypervisorError? {
            await stream.carry(to: output).map {
                HypervisorError("xc_domain_dumpcore", id, .callback, text: "\($0)")
            }
        }
    }
#endif

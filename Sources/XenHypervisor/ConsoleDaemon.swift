#if RealXen
    import DomainModel
    import Glibc
    import HypervisorInterface
    import Synchronization

    /// Consoles through xenconsoled, which serves the rings and names a pseudo-terminal for each in xenstore.
    struct ConsoleDaemon: Consoles {
        let store: LibxenStore
        let poller: Poller

        func open(_ id: DomainID) async throws(HypervisorError) -> any ConsoleStream {
            let terminal = try await terminal(of: id)
            // Reading and writing wait independently, so they have a descriptor each.
            let input = Glibc.open(terminal, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
            guard input >= 0 else { throw openError(id, terminal, errno) }
            var status = stat()
            guard fstat(input, &status) == 0, status.st_mode & S_IFMT == S_IFCHR else {
                close(input)
                throw HypervisorError("console", id, .invalid, text: "\(terminal) is no terminal")
            }
            let output = fcntl(input, F_DUPFD_CLOEXEC, 0)
            guard output >= 0 else {
                let code = errno
                close(input)
                throw openError(id, terminal, code)
            }
            return TerminalStream(id: id, input: input, output: output, poller: poller)
        }

        /// Waits until the console daemon has named the terminal.
        private func terminal(of id: DomainID) async throws(HypervisorError) -> String {
            let domain = "/local/domain/\(id)"
            let node = "\(domain)/console/tty"
            do {
                let watch = try await store.watch(domain)
                defer { watch.cancel() }
                // The first event comes at once.
                for await _ in watch.changes {
                    if let path = try await store.readIfPresent(node), !path.isEmpty { return path }
                    guard try await store.readIfPresent(domain) != nil else {
                        throw HypervisorError("console", id, .noSuchDomain)
                    }
                }
            } catch let error as XenStoreError {
                throw HypervisorError("console", id, .system(errno: EIO), text: error.description)
            } catch let error as HypervisorError {
                throw error
            } catch {
                preconditionFailure("an error of no known kind: \(error)")
            }
            throw HypervisorError("console", id, Task.isCancelled ? .cancelled : .noSuchDomain)
        }

        private func openError(_ id: DomainID, _ terminal: String, _ code: Int32) -> HypervisorError {
            HypervisorError(
                "console", id, HypervisorError.Reason(errno: code),
                text: "\(terminal) cannot be opened: \(systemText(code))")
        }
    }

    /// The slave side of a console's pseudo-terminal.
    final class TerminalStream: ConsoleStream {
        private let id: DomainID
        private let input: Int32
        private let output: Int32
        private let poller: Poller
        private let isClosed = Mutex(false)

        init(id: DomainID, input: Int32, output: Int32, poller: Poller) {
            self.id = id
            self.input = input
            self.output = output
            self.poller = poller
        }

        deinit { closeNow() }

        func read() async throws(HypervisorError) -> [UInt8] {
            while true {
                let (bytes, code) = readNow()
                if let bytes { return bytes }
                switch code {
                case EAGAIN: guard await poller.waitUnlessCancelled(for: input, .reading) else { return [] }
                case EINTR: continue
                // The console daemon has closed its side, or we have closed ours.
                default: return []
                }
            }
        }

        func write(_ bytes: [UInt8]) async throws(HypervisorError) {
            var rest = bytes[...]
            while !rest.isEmpty {
                let (count, code) = writeNow(rest)
                if count > 0 { rest = rest.dropFirst(count) }
                switch code {
                case 0, EINTR: continue
                case EAGAIN where await poller.waitUnlessCancelled(for: output, .writing): continue
                case EAGAIN: throw HypervisorError("console", id, .cancelled)
                default: throw HypervisorError("console", id, HypervisorError.Reason(errno: code))
                }
            }
        }

        func close() async { closeNow() }

        /// nil with an errno, or bytes. Under the lock, so that the descriptor is ours.
        private func readNow() -> ([UInt8]?, Int32) {
            isClosed.withLock { isClosed in
                guard !isClosed else { return (nil, EBADF) }
                var count = 0
                let bytes = [UInt8](unsafeUninitializedCapacity: readLimit) { buffer, used in
                    count = Glibc.read(input, buffer.baseAddress, readLimit)
                    used = max(0, count)
                }
                return count >= 0 ? (bytes, 0) : (nil, errno)
            }
        }

        private func writeNow(_ bytes: ArraySlice<UInt8>) -> (Int, Int32) {
            isClosed.withLock { isClosed in
                guard !isClosed else { return (0, EBADF) }
                let count = bytes.withUnsafeBytes { Glibc.write(output, $0.baseAddress, $0.count) }
                return count >= 0 ? (count, 0) : (0, errno)
            }
        }

        private func closeNow() {
            isClosed.withLock { isClosed in
                guard !isClosed else { return }
                isClosed = true
                for descriptor in [input, output] {
                    poller.forget(descriptor)
                    Glibc.close(descriptor)
                }
            }
        }
    }

    /// A pseudo-terminal gives at most 4 KiB at a time.
    private let readLimit = 4096
#endif

import DomainModel

/// Domains' consoles as byte streams: the pseudo-terminals of the console daemon, which serves the rings (manual, decision 3).
public protocol Consoles: Sendable {
    /// Opens the console of a domain that has been introduced to xenstore; waits until the console daemon has made it.
    /// - Throws: `noSuchDomain` when the domain goes away before.
    func open(_ id: DomainID) async throws(HypervisorError) -> any ConsoleStream
}

/// An open console.
public protocol ConsoleStream: Sendable {
    /// What the guest printed next; empty when the console is gone for good. What was printed while nobody read is kept by
    /// the console daemon within its limits.
    func read() async throws(HypervisorError) -> [UInt8]
    /// What is typed. Returns when the guest's ring or terminal has taken it.
    func write(_ bytes: [UInt8]) async throws(HypervisorError)
    /// Lets go of the terminal; the guest notices nothing. Idempotent.
    func close() async

    /// Hands on what the guest prints until the console is gone, or nobody wants it any more; then lets go of the terminal.
    ///
    /// - Parameters:
    ///   - spawn: begins the work for it. Thousands of consoles are silent: one that can needs no task while it waits.
    ///   - body: takes what was printed. Returns: false: nobody wants more.
    func follow(
        _ spawn: @escaping @Sendable (@escaping @Sendable () async -> Void) -> Void,
        _ body: @escaping @Sendable ([UInt8]) async -> Bool)
}

extension ConsoleStream {
    /// Reads in a task that waits.
    public func follow(
        _ spawn: @escaping @Sendable (@escaping @Sendable () async -> Void) -> Void,
        _ body: @escaping @Sendable ([UInt8]) async -> Bool
    ) {
        spawn {
            while let bytes = try? await read(), !bytes.isEmpty {
                guard await body(bytes) else { break }
            }
            await close()
        }
    }
}

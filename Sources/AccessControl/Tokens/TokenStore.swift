import DomainLifecycle
import HostInterface
import SExpressions
import Synchronization

/// The tokens of this machine. They are kept in a file that only xend's own user reads, and outlive the machine's reboots.
///
/// A clock that is set back prolongs nothing: within one life of the daemon time that has passed counts as well as the calendar, a token
/// that was seen expired stays so, and before the time at which the file was written last no token is good.
public actor TokenStore {
    /// Nobody has more; each is looked at when a change is written.
    public static let maximum = 256
    /// Nothing should be good for ever.
    public static let maximumLifetime = Duration.seconds(3660 * 86_400)
    /// So much may the clock be behind: clocks are set by a few seconds.
    static let tolerance = Duration.seconds(300)

    private struct Kept {
        var token: Token
        /// When it ends by the clock that is never set.
        var deadline: Instant
        var hasExpired = false
    }

    private struct State {
        var kept: [String: Kept] = [:]
        /// When the file was written last.
        var written = WallTime(nanoseconds: 0)
        /// Why there are none; nil: the file could be read.
        var problem: String?
    }

    private nonisolated let executor: any SerialExecutor
    /// That of the host.
    public nonisolated let unownedExecutor: UnownedSerialExecutor
    private let path: String
    private let files: any FileStore
    private let clock: any HostClock
    private let random: any RandomSource
    private let tasks: any TaskSpawner
    private let state = Mutex(State())
    private var isWriting = false

    /// - Parameters:
    ///   - path: of the file.
    ///   - files: where it is.
    ///   - clock: by which they expire.
    ///   - random: chooses ids and secrets.
    ///   - tasks: begins to write down that one has expired.
    public init(
        path: String, files: any FileStore, clock: any HostClock, random: any RandomSource, tasks: any TaskSpawner
    ) {
        executor = tasks.serialExecutor()
        unownedExecutor = executor.asUnownedSerialExecutor()
        self.path = path
        self.files = files
        self.clock = clock
        self.random = random
        self.tasks = tasks
    }

    // MARK: - Showing one

    /// What becomes of a token that somebody shows. It never waits.
    public nonisolated func verdict(on text: String) -> TokenVerdict {
        let parts = text.split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == Token.mark else { return .unknown }
        let digest = Secret.digest(of: String(parts[2]))
        let (id, now, wall) = (String(parts[1]), clock.now, clock.wallTime)
        let (verdict, isNews) = state.withLock { state -> (TokenVerdict, Bool) in
            guard let kept = state.kept[id], Secret.isSame(kept.token.digest, digest) else { return (.unknown, false) }
            if kept.hasExpired || wall >= kept.token.expires || now >= kept.deadline {
                state.kept[id]?.hasExpired = true
                return (.expired, !kept.hasExpired)
            }
            let latest = max(state.written, kept.token.created)
            return (latest - wall > Self.tolerance ? .clockIsBehind : .valid(kept.token), false)
        }
        // Written down, lest another life see another calendar.
        if isNews { tasks.spawn { try? await self.change("let go of what has expired") { _ in } } }
        return verdict
    }

    // MARK: - All of them

    /// All that are kept, in the order in which they were made; of each whether it is good.
    public nonisolated var list: [(token: Token, isExpired: Bool)] {
        let (now, wall) = (clock.now, clock.wallTime)
        return state.withLock { state in
            state.kept.values.sorted { ($0.token.created, $0.token.id) < ($1.token.created, $1.token.id) }
                .map { ($0.token, $0.hasExpired || wall >= $0.token.expires || now >= $0.deadline) }
        }
    }

    /// One, by its id or its name.
    ///
    /// - Throws: `notFound`.
    public nonisolated func token(_ reference: String) throws(OperationError) -> (token: Token, isExpired: Bool) {
        let all = list
        guard
            let found = all.first(where: { $0.token.id == reference })
                ?? all.first(where: { $0.token.name == reference })
        else { throw OperationError(.notFound, "No such token \(reference)") }
        return found
    }

    /// Reads the file. What cannot be read allows nothing, and is put aside when a token is made.
    ///
    /// - Returns: what is wrong with it; nil: nothing.
    public func load() async -> String? {
        do {
            let bytes = try await files.read(path, limit: 1 << 20)
            guard let file = try? SExpression.parseFirst(bytes), file.name == "tokens",
                let written = file.childText("written").flatMap(Double.init), written >= 0, written < 9e9
            else { throw FileError("read", path, .system(errno: 0, text: "it is damaged")) }
            let now = (clock.now, clock.wallTime)
            let tokens = file.children().filter { $0.name == "token" }
            let kept = tokens.compactMap(Token.init(record:)).map { Self.kept($0, at: now) }
            state.withLock { state in
                // Where it is read once more, what was seen expired stays so, and nothing ends later than it would have.
                state.kept = Dictionary(
                    kept.map { ($0.token.id, Self.aged($0, by: state.kept[$0.token.id])) }
                ) { first, _ in first }
                state.written = WallTime(seconds: written)
                state.problem = nil
            }
            return kept.count == tokens.count ? nil : "\(path): \(tokens.count - kept.count) tokens in it are damaged"
        } catch let error as FileError where error.reason == .notFound {
            state.withLock { $0 = State() }
            return nil
        } catch {
            state.withLock { $0 = State(problem: "\(error)") }
            return "\(error): no token is good"
        }
    }

    private static func kept(_ token: Token, at now: (Instant, WallTime)) -> Kept {
        Kept(token: token, deadline: now.0 + min(max(token.expires - now.1, .zero), maximumLifetime))
    }

    private static func aged(_ kept: Kept, by known: Kept?) -> Kept {
        guard let known, known.token.digest == kept.token.digest else { return kept }
        var kept = kept
        kept.deadline = min(kept.deadline, known.deadline)
        kept.hasExpired = known.hasExpired
        return kept
    }

    // MARK: - Changing them

    /// Makes one; it is durable when this returns.
    ///
    /// - Parameters:
    ///   - role: what it allows.
    ///   - lifetime: from now.
    ///   - name: what it is for; "" = nothing that anybody says.
    ///   - creator: who makes it.
    /// - Returns: the token, and what whoever has it shows, which nobody can find out later.
    /// - Throws: why not.
    public func create(
        role: Role, lifetime: Duration, name: String, by creator: String
    ) async throws(OperationError) -> (token: Token, secret: String) {
        try check(name, lifetime)
        let secret = Secret.hex(random.bytes(Token.secretLength / 2))
        let wall = clock.wallTime
        let token = Token(
            id: Secret.hex(random.bytes(Token.idLength / 2)), name: name, role: role, created: wall,
            expires: WallTime(nanoseconds: wall.nanoseconds + lifetime.nanoseconds), creator: creator,
            digest: Secret.digest(of: secret))
        let kept = Self.kept(token, at: (clock.now, wall))
        try await change("create a token") { $0[token.id] = kept }
        return (token, "\(Token.mark)_\(token.id)_\(secret)")
    }

    private func check(_ name: String, _ lifetime: Duration) throws(OperationError) {
        guard lifetime > .zero, lifetime <= Self.maximumLifetime else {
            throw OperationError(.invalid, "invalid expires (allowed: from a second to ten years)")
        }
        guard name.utf8.count <= 64, name.utf8.allSatisfy({ (0x21..<0x7f).contains($0) }) else {
            throw OperationError(.invalid, "invalid name (allowed: up to 64 printable letters without a blank)")
        }
        let all = list
        if !name.isEmpty, all.contains(where: { $0.token.name == name && !$0.isExpired }) {
            throw OperationError(.refused, "there is a token \"\(name)\" already")
        }
        guard all.count(where: { !$0.isExpired }) < Self.maximum else {
            throw OperationError(.refused, "there are \(Self.maximum) tokens, the most there can be")
        }
    }

    /// Makes one worthless; that is durable when this returns.
    ///
    /// - Parameter reference: its id or name.
    /// - Throws: `notFound`, or why not.
    public func revoke(_ reference: String) async throws(OperationError) {
        let id = try token(reference).token.id
        // At once: whether it can be written is another question.
        state.withLock { $0.kept[id]?.hasExpired = true }
        try await change("revoke token \(reference)") { $0[id] = nil }
    }

    /// Writes what will be, then lets it be. Those that have expired go.
    private func change(
        _ what: String, _ body: (inout [String: Kept]) -> Void
    ) async throws(OperationError) {
        guard !isWriting else {
            throw OperationError(.refused, "cannot \(what): another token is just being written; try again")
        }
        isWriting = true
        defer { isWriting = false }
        let gone = Set(list.filter(\.isExpired).map(\.token.id))
        var (kept, problem) = state.withLock { ($0.kept, $0.problem) }
        for id in gone { kept[id] = nil }
        body(&kept)
        let written = clock.wallTime
        do throws(FileError) {
            try await files.makeDirectory(files.directory(of: path))
            if problem != nil { try await files.rename(path, to: path + ".damaged") }
            try await files.replace(path, with: Self.file(kept, written))
        } catch {
            throw OperationError(.failed, "cannot \(what): \(error)")
        }
        problem = nil
        state.withLock { [kept] state in
            // Nobody else writes meanwhile; some may have been seen to expire.
            let expired = Set(state.kept.values.filter(\.hasExpired).map(\.token.id))
            state = State(kept: kept, written: written, problem: nil)
            for id in expired { state.kept[id]?.hasExpired = true }
        }
    }

    private static func file(_ kept: [String: Kept], _ written: WallTime) -> [UInt8] {
        let records = kept.values.map(\.token).sorted { ($0.created, $0.id) < ($1.created, $1.id) }.map(\.record)
        let file = SExpression.element("tokens", [["written", .number(written.seconds)]] + records)
        return Array((file.pretty() + "\n").utf8)
    }
}

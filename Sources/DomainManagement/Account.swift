import DomainLifecycle
import HostInterface
import Synchronization

/// Something the daemon did, saw or decided, and what it did it for: a line of its account. Followed backwards, `cause` answers
/// why a domain is as it is.
public struct Deed: Hashable, Sendable {
    /// What sort of thing an entry tells of.
    public enum Kind: String, Hashable, Sendable {
        /// A client asked.
        case request
        /// The world spoke: a watch fired, the daemon started.
        case signal
        /// A look at the machine found something that needs acting upon.
        case finding
        /// The table decided: a plan begins.
        case decision
        /// A step of a plan was done, or taken back.
        case step, undo
        /// A plan, or a task, has ended.
        case end
        /// A request was answered with an error.
        case refusal
    }

    /// Counts from 1 in each life of the daemon.
    public let number: UInt64
    /// The deed that led to this one; nil when it began outside.
    public let cause: UInt64?
    /// When it was noted.
    public let time: Instant
    /// What sort of thing it is.
    public let kind: Kind
    /// The name of the domain it is about, if it is about one.
    public let domain: String?
    /// For people.
    public let text: String
    /// Why it failed, if it did.
    public let failure: String?
}

/// Tells an observer what the daemon does and why. Causes travel with the task that acts, and with the tasks it starts; without an
/// observer, as in production, it costs nothing.
struct Account: Sendable {
    @TaskLocal static var cause: UInt64?

    let clock: any HostClock
    let observer: (@Sendable (Deed) -> Void)?
    private let counter = Counter()

    private final class Counter: Sendable {
        let newest = Mutex<UInt64>(0)
    }

    init(clock: any HostClock, observer: (@Sendable (Deed) -> Void)?) {
        self.clock = clock
        self.observer = observer
    }

    /// - Returns: the deed's number, to name it as a cause; nil when nobody listens.
    @discardableResult
    func note(
        _ kind: Deed.Kind, of domain: @autoclosure () -> String? = nil, _ text: @autoclosure () -> String,
        failure: String? = nil
    ) -> UInt64? {
        guard let observer else { return nil }
        let number = counter.newest.withLock { newest in
            newest += 1
            return newest
        }
        observer(
            Deed(
                number: number, cause: Self.cause, time: clock.now, kind: kind, domain: domain(), text: text(),
                failure: failure))
        return number
    }

    /// Does something for which the deed is the reason.
    func because(_ deed: UInt64?, _ body: () -> Void) {
        guard let deed else { return body() }
        Self.$cause.withValue(deed, operation: body)
    }

    /// Does something that takes time for which the deed is the reason.
    func because<Value: Sendable, Failure: Error>(
        _ deed: UInt64?, isolation: isolated (any Actor)? = #isolation,
        _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        guard let deed else { return try await body() }
        let result: Result<Value, Failure> = await Self.$cause.withValue(deed) {
            do throws(Failure) {
                return .success(try await body())
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}

import DomainLifecycle
import DomainModel
import HostInterface
import Synchronization

/// Something the daemon did, saw or decided, and what it did it for: a line of its account. Followed backwards, `cause` answers
/// why a domain is as it is.
public struct Deed: Hashable, Sendable {
    /// What sort of thing an entry tells of: a rule of its own, which clients read, too.
    public typealias Kind = DeedKind

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
    /// The same by the calendar.
    public let date: WallTime
    /// Who asked, where somebody did.
    public let who: String?
    /// Why it failed, if it did.
    public let failure: String?
    let matter: Matter

    /// What happened: as text only when somebody wants to read it, for there are many, and few are read.
    enum Matter: Hashable, Sendable {
        case words(String)
        case step(Step)
    }

    /// For people.
    public var text: String {
        switch matter {
        case .words(let text): text
        case .step(let step): "\(step)"
        }
    }
}

/// Takes down what the daemon does and why, in the history and for an observer. Causes travel with the task that acts, and with the
/// tasks it starts.
///
/// A class, for it is asked for at each step, and of a structure every one would copy the clock and all that it holds.
final class Account: Sendable {
    @TaskLocal static var cause: UInt64?

    let clock: any HostClock
    let history: History?
    let observer: (@Sendable (Deed) -> Void)?
    private let counter = Counter()

    private final class Counter: Sendable {
        let newest = Mutex<UInt64>(0)
    }

    /// - Parameters:
    ///   - history: nil: nothing is kept.
    ///   - observer: is told at once; nil in production.
    init(clock: any HostClock, history: History?, observer: (@Sendable (Deed) -> Void)?) {
        self.clock = clock
        self.history = history
        self.observer = observer
    }

    /// - Returns: the deed's number, to name it as a cause; nil when nobody listens.
    @discardableResult
    func note(
        _ kind: Deed.Kind, of domain: @autoclosure () -> String? = nil, _ text: @autoclosure () -> String,
        by who: @autoclosure () -> String? = nil, failure: String? = nil
    ) -> UInt64? {
        guard history != nil || observer != nil else { return nil }
        return note(kind, of: domain(), .words(text()), who(), failure)
    }

    /// A step of a plan was done, or taken back.
    func note(_ kind: Deed.Kind, of domain: @autoclosure () -> String?, _ step: Step, failure: String? = nil) {
        guard history != nil || observer != nil else { return }
        _ = note(kind, of: domain(), .step(step), nil, failure)
    }

    private func note(
        _ kind: Deed.Kind, of domain: String?, _ matter: Deed.Matter, _ who: String?, _ failure: String?
    ) -> UInt64 {
        let number = counter.newest.withLock { newest in
            newest += 1
            return newest
        }
        let deed = Deed(
            number: number, cause: Self.cause, time: clock.now, kind: kind, domain: domain, date: clock.wallTime,
            who: who, failure: failure, matter: matter)
        history?.note(deed)
        observer?(deed)
        return number
    }

    /// Does what somebody has asked for, which is the reason of all that comes of it.
    ///
    /// - Parameter domain: the name of the domain that it is about, if there is one.
    func tell<Value: Sendable>(
        _ operation: Operation, of domain: String?, for requester: Requester,
        isolation: isolated (any Actor)? = #isolation, _ body: () async throws(OperationError) -> Value
    ) async throws(OperationError) -> Value {
        let request = note(.request, of: domain, "\(operation.title) for \(requester)", by: requester.who)
        return try await because(request) { () async throws(OperationError) in
            do throws(OperationError) {
                return try await body()
            } catch {
                note(.refusal, of: domain, operation.title, failure: error.message)
                throw error
            }
        }
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
            // What names no isolation is in none here, whoever calls: all that a plan does would be done beside the manager.
            _ = isolation
            do throws(Failure) {
                return .success(try await body())
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}

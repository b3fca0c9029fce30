import DomainLifecycle
import DomainModel

/// Whose turn on a domain is taken, and who waits for it: operations on one domain are done one after another, those on different
/// domains do not wait for each other.
final class DomainTurns {
    /// Operations that wait for their turn on one domain; more is a client gone wild.
    static let maximumWaiting = 32

    private var turns: [DomainUUID: [CheckedContinuation<Void, Never>]] = [:]

    /// Returns when it is the caller's turn on a domain; the caller must `pass` it.
    ///
    /// - Parameter title: of the domain, in words.
    /// - Throws: that too many wait already.
    func take(on domain: DomainUUID, _ title: @autoclosure () -> String?) async throws(Refusal) {
        guard let waiting = turns[domain] else {
            turns[domain] = []
            return
        }
        guard waiting.count < Self.maximumWaiting else {
            throw .tooManyWaiting(title: title() ?? "the domain", limit: Self.maximumWaiting)
        }
        await withCheckedContinuation { turns[domain, default: []].append($0) }
    }

    /// It is the next one's turn.
    func pass(on domain: DomainUUID) {
        guard var waiting = turns[domain] else { return }
        if waiting.isEmpty {
            turns[domain] = nil
        } else {
            let next = waiting.removeFirst()
            turns[domain] = waiting
            next.resume()
        }
    }

    /// Operations that wait, on all domains together.
    var waiting: Int { turns.values.reduce(0) { $0 + $1.count } }
}

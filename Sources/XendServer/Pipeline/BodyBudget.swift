import Synchronization

/// Memory that the bodies of all requests together may take, from their first byte to the answer. Whoever holds many connections and
/// sends on each of them takes nobody else's place.
final class BodyBudget: Sendable {
    private let limit: Int
    private let taken = Atomic(0)

    /// - Parameter limit: bytes.
    init(limit: Int) { self.limit = limit }

    /// What one request takes of it; given back when nobody holds it any more.
    final class Share {
        private let budget: BodyBudget
        private var bytes = 0

        fileprivate init(_ budget: BodyBudget) { self.budget = budget }

        deinit { budget.taken.subtract(bytes, ordering: .relaxed) }

        /// - Returns: false when there is not so much left; then nothing is taken.
        func take(_ count: Int) -> Bool {
            let (_, new) = budget.taken.add(count, ordering: .relaxed)
            guard new <= budget.limit else {
                budget.taken.subtract(count, ordering: .relaxed)
                return false
            }
            bytes += count
            return true
        }
    }

    func share() -> Share { Share(self) }

    /// Bytes that are taken at the moment.
    var inUse: Int { taken.load(ordering: .relaxed) }
}

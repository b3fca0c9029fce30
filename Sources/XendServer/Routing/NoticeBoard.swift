import HostInterface
import Synchronization

/// What became of what was asked for with a form, for the page to which whoever asked is sent on.
///
/// An answer to a form is 303: what is in the browser's address line and history is a page that can be loaded again, and says what was
/// done, once.
final class NoticeBoard: Sendable {
    /// The name of a form's field that has its key.
    static let field = "once"
    /// Older ones go first.
    static let maximum = 500
    /// Who has not looked by then does not any more.
    static let lifetime = Duration.seconds(24 * 3600)

    private struct Entry {
        var sender: String
        var notice: Notice
        var time: Instant
    }

    private struct State {
        var entries: [String: Entry] = [:]
        /// The oldest first.
        var order: [String] = []
        var forms: UInt64 = 0
        var others: UInt64 = 0
    }

    private let clock: any HostClock
    private let state = Mutex(State())

    init(clock: any HostClock) { self.clock = clock }

    /// A key for a form: whatever is sent with it is done once. Not secret; it counts for whoever sends it alone.
    func newKey() -> String {
        state.withLock { state in
            state.forms += 1
            return String(state.forms, radix: 36)
        }
    }

    /// A key for what was sent without one: no form has it.
    func newMark() -> String {
        state.withLock { state in
            state.others += 1
            return "0" + String(state.others, radix: 36)
        }
    }

    /// - Parameters:
    ///   - key: of the form.
    ///   - sender: nobody else is told.
    func post(_ notice: Notice, under key: String, for sender: String) {
        let now = clock.now
        state.withLock { state in
            if state.entries.updateValue(Entry(sender: sender, notice: notice, time: now), forKey: key) == nil {
                state.order.append(key)
            }
            while let oldest = state.order.first, let entry = state.entries[oldest],
                state.order.count > Self.maximum || entry.time + Self.lifetime < now
            {
                state.entries[oldest] = nil
                state.order.removeFirst()
            }
        }
    }

    /// The same, unless there is something already.
    func postIfAbsent(_ notice: Notice, under key: String, for sender: String) {
        guard state.withLock({ $0.entries[key] == nil }) else { return }
        post(notice, under: key, for: sender)
    }

    /// What there is to tell: once, if it is final.
    func take(_ key: String, for sender: String) -> Notice? {
        state.withLock { state in
            guard let entry = state.entries[key], entry.sender == sender else { return nil }
            if entry.notice.kind != .pending {
                state.entries[key] = nil
                state.order.removeAll { $0 == key }
            }
            return entry.notice
        }
    }
}

import DomainLifecycle
import Synchronization

/// Where events are posted (manual H4, `notify`), and who reads them for that: he sleeps while there is nowhere to post them.
public final class Notification: Sendable {
    private struct State {
        var url: String?
        var setting = 0
        var reader: EventReader?

        func listen() { reader?.listen(to: url == nil ? [] : [EventPattern("*")]) }
    }

    private let state = Mutex(State())

    init() {}

    /// nil = nowhere; and how often it has been set: who sets the same url again wants it to be tried again.
    public var target: (url: String?, setting: Int) { state.withLock { ($0.url, $0.setting) } }

    /// nil = nowhere.
    public var url: String? { target.url }

    /// - Parameter url: nil or "" = nowhere.
    func set(_ url: String?) {
        state.withLock { state in
            state.url = url.flatMap { $0.isEmpty ? nil : $0 }
            state.setting += 1
            state.listen()
        }
    }

    /// Who posts events reads them by this.
    public func read(by reader: EventReader) {
        state.withLock { state in
            state.reader = reader
            state.listen()
        }
    }

    /// Nobody is told of anything more, unless the target has been set since.
    /// - Parameter setting: how often it had been.
    public func rest(since setting: Int) {
        state.withLock { state in
            if state.setting == setting { state.reader?.listen(to: []) }
        }
    }
}

import DomainLifecycle
import DomainManagement
import SExpressions
import Synchronization

/// Events as server-sent events: for each its number as `id`, and its expression, or the same as JSON, as `data`.
///
/// A reader that comes back with `Last-Event-ID` goes on where it was. When events in between are no longer kept, it
/// is told how many by an event of type `missed`.
struct EventStream: Sendable {
    let since: UInt64?
    let patterns: [EventPattern]
    let exchange: Exchange
    private let events: any EventReading
    private let place: ReaderPlaces.Place

    /// How soon a browser comes back after the connection was lost, in milliseconds.
    private static let retry = 2000

    /// - Throws: when there are too many readers, or too many of this address.
    init(since: UInt64?, patterns: [EventPattern], exchange: Exchange) async throws(Failure) {
        let address = exchange.request.caller.address?.host ?? ""
        guard let place = exchange.readerPlaces.take(address) else {
            throw Failure(
                status: Status.unavailable,
                OperationError(
                    .refused, "\(ReaderPlaces.limit) readers of events at your address are enough; end some of them"))
        }
        guard let events = await exchange.service.eventReader(since: since, matching: patterns) else {
            throw Failure(
                status: Status.unavailable,
                OperationError(.refused, "too many readers of events; try again, or ask with since now and then"))
        }
        (self.since, self.patterns, self.exchange, self.events, self.place) = (since, patterns, exchange, events, place)
    }

    func reply() -> Reply {
        Reply(
            stream: { writer in
                // The only error is that the reader is gone, which ends the stream like any other end.
                try? await run(writer)
            }, contentType: "text/event-stream")
    }

    private func run(_ writer: EventWriter) async throws {
        let (service, clock, frames) = (exchange.service, exchange.clock, exchange.eventFrames)
        var opening = "retry: \(Self.retry)\n\n"
        if let since {
            let missed = await service.events(since: since, matching: patterns).missed
            if missed > 0 { opening += "event: missed\ndata: \(missed)\n\n" }
        }
        try await writer.write(Array(opening.utf8))
        let feed = EventFeed(events, frames, writer)
        // Whichever ends first, the reader or its heartbeat, ends the other.
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await feed.run() }
            group.addTask {
                while true {
                    try await clock.sleep(for: .nanoseconds(writer.heartbeat.nanoseconds))
                    try await writer.write(Array(": still here\n\n".utf8))
                }
            }
            defer { group.cancelAll() }
            _ = try await group.next()
        }
    }
}

/// Sends a reader what happens, as fast as it takes it. Nothing waits for it but a closure: the tasks that took, wrote and waited for it
/// were half of what an event cost each of its watchers.
private final class EventFeed: Sendable {
    private struct State {
        var isOver = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let events: any EventReading
    private let frames: EventFrames
    private let writer: EventWriter
    private let state = Mutex(State())

    init(_ events: any EventReading, _ frames: EventFrames, _ writer: EventWriter) {
        (self.events, self.frames, self.writer) = (events, frames, writer)
    }

    /// Returns when the reader is gone, was let go, or the task is cancelled.
    func run() async {
        goOn()
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                let isOver = state.withLock { state in
                    if !state.isOver { state.waiter = waiter }
                    return state.isOver
                }
                if isOver { waiter.resume() }
            }
        } onCancel: {
            end()
        }
    }

    /// At any time one thing goes on: it is called, or what it has sent leaves.
    private func goOn() {
        guard !state.withLock({ $0.isOver }) else { return }
        switch events.take(orCall: { [weak self] in self?.goOn() }) {
        case .nothing: break
        case .over: end()
        case .events(let events):
            writer.send(frames.bytes(of: events)) { [self] result in
                switch result {
                case .success: goOn()
                case .failure: end()
                }
            }
        }
    }

    private func end() {
        let waiter = state.withLock { state in
            defer { (state.isOver, state.waiter) = (true, nil) }
            return state.waiter
        }
        waiter?.resume()
    }
}

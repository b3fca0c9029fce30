import DomainLifecycle
import NIOCore
import SExpressions
import Synchronization

/// What readers of events are sent. Of a thousand readers nearly all read the same: it is rendered once for all of them.
final class EventFrames: Sendable {
    private struct Rendering {
        let numbers: [UInt64]
        let bytes: ByteBuffer
    }

    /// Readers of several patterns, some of which lag behind.
    private static let kept = 16

    /// The newest last.
    private let renderings = Mutex<[Rendering]>([])

    /// `id: NUMBER`, `data: EVENT` and an empty line for each.
    func bytes(of events: [NumberedEvent]) -> ByteBuffer {
        renderings.withLock { renderings in
            let isSame = { (rendering: Rendering) in
                rendering.numbers.count == events.count && zip(rendering.numbers, events).allSatisfy { $0 == $1.number }
            }
            if let known = renderings.last(where: isSame) { return known.bytes }
            var bytes: [UInt8] = []
            for event in events { Self.write(event, into: &bytes) }
            let rendering = Rendering(numbers: events.map(\.number), bytes: ByteBuffer(bytes: bytes))
            if renderings.count == Self.kept { renderings.removeFirst() }
            renderings.append(rendering)
            return rendering.bytes
        }
    }

    private static func write(_ event: NumberedEvent, into bytes: inout [UInt8]) {
        bytes += "id: \(event.number)\ndata: ".utf8
        event.expression.write(into: &bytes)
        bytes += "\n\n".utf8
    }
}

import DomainLifecycle
import DomainModel
import HostInterface
import HypervisorInterface
import Migration

/// The image as it comes over the wire: checked in its structure before the hypervisor sees it.
actor ChannelInput: ImageInput {
    private let channel: MigrationChannel
    private let clock: any HostClock
    private let stall: Duration
    private var validator: ImageValidator
    private var buffer: ArraySlice<UInt8> = []

    init(channel: MigrationChannel, kind: GuestKind, clock: any HostClock, stall: Duration) {
        self.channel = channel
        self.clock = clock
        self.stall = stall
        validator = ImageValidator(kind: kind)
    }

    func read(_ count: Int) async throws -> [UInt8] {
        while buffer.count < count {
            guard case .image(let piece) = try await next() else {
                throw WireError(.malformed, "the image ended early")
            }
            guard try validator.feed(piece) == piece.count else {
                throw WireError(.malformed, "something stands behind the image")
            }
            buffer += piece
        }
        let bytes = Array(buffer.prefix(count))
        buffer = buffer.dropFirst(count)
        return bytes
    }

    /// After the last byte: the source says that this was all.
    func end() async -> OperationError? {
        do {
            while true {
                switch try await next() {
                case .message(.imageEnd):
                    try validator.finish()
                    return buffer.isEmpty ? nil : OperationError(.failed, "something stands behind the image")
                case .image(let piece):
                    guard try validator.feed(piece) == piece.count else {
                        throw WireError(.malformed, "something stands behind the image")
                    }
                    buffer += piece
                case .message: throw WireError(.malformed, "the source gave up")
                }
            }
        } catch {
            return OperationError(.failed, "\(error)")
        }
    }

    private func next() async throws -> MigrationChannel.Incoming {
        let (channel, clock, deadline) = (channel, clock, clock.now + stall)
        return try await withThrowingTaskGroup(of: MigrationChannel.Incoming?.self) { group in
            group.addTask { try await channel.receive() }
            group.addTask {
                try await clock.sleep(until: deadline)
                await channel.close()
                return nil
            }
            defer { group.cancelAll() }
            guard let incoming = try await group.next() ?? nil else {
                throw WireError(.timedOut, "nothing came for a long time")
            }
            return incoming
        }
    }
}

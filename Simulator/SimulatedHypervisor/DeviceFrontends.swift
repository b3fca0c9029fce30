/// blkfront.
final class BlockFrontend: Frontend {
    override func backendChanged(_ other: XenbusState) {
        switch (other, state) {
        case (.initWait, .initialising):
            move(
                to: .initialised,
                writing: [
                    ("ring-ref", grant()), ("event-channel", port()), ("protocol", "x86_64-abi"),
                    ("feature-persistent", "1"),
                ])
        case (.connected, .initialised): move(to: .connected)
        default: super.backendChanged(other)
        }
    }
}

/// netfront.
final class NetFrontend: Frontend {
    override func backendChanged(_ other: XenbusState) {
        switch (other, state) {
        case (.initWait, .initialising):
            move(
                to: .connected,
                writing: [
                    ("xdp-headroom", "0"), ("multi-queue-num-queues", "1"), ("tx-ring-ref", grant()),
                    ("rx-ring-ref", grant()), ("event-channel-tx", port()), ("event-channel-rx", port()),
                    ("request-rx-copy", "1"), ("feature-rx-notify", "1"), ("feature-sg", "1"),
                    ("feature-gso-tcpv4", "1"), ("feature-gso-tcpv6", "1"), ("feature-ipv6-csum-offload", "1"),
                ])
        default: super.backendChanged(other)
        }
    }
}

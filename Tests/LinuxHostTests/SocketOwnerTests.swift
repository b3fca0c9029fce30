import Glibc
import HostInterface
import Testing

@testable import LinuxHost

/// Whose the other end of a connection is, whichever way the kernel is asked. That other users are told apart is shown by CI/test-access.
@Suite(.timeLimit(.minutes(1))) struct SocketOwnerTests {
    @Test("The list of connections says the same as the kernel's answer", arguments: ["127.0.0.1", "::1"])
    func listed(address: String) async throws {
        let network = LinuxNetwork()
        let listener = try await network.listen(address: address, port: 0)
        let client = try await network.connect(
            host: address, port: listener.port, deadline: LinuxClock().now + .seconds(10))
        var connections = listener.connections.makeAsyncIterator()
        let accepted = try #require(await connections.next())
        #expect(accepted.identity == .user(geteuid()))
        let here = end(address, listener.port)
        let there = end(address, accepted.peer.port)
        #expect(SocketOwner.listedOwner(of: there, connectedTo: here) == geteuid())
        #expect(SocketOwner.listedOwner(of: here, connectedTo: there) == geteuid())
        // Nobody has that one.
        #expect(SocketOwner.listedOwner(of: end(address, 1), connectedTo: here) == nil)
        await client.close()
        await listener.close()
        #expect(SocketOwner.listedOwner(of: there, connectedTo: here) == nil)
    }

    private func end(_ address: String, _ port: UInt16) -> SocketOwner.End {
        SocketOwner.End(address == "::1" ? Array(repeating: 0, count: 15) + [1] : [127, 0, 0, 1], port)
    }
}

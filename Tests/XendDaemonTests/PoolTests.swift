import Testing

@testable import XendTesting

/// How the other hosts of the pool are is told where somebody asks.
@Suite struct PoolTests {
    private static func pool(_ world: ScenarioWorld) throws -> String {
        try world.request("GET", "/xend/node/pool", to: "alpha").text
    }

    @Test("A host that answers is up; one that does not is down, with the reason; nobody waits for it") func states()
        throws
    {
        let world = ScenarioWorld(seed: 3)
        for name in ["alpha", "beta", "gamma"] {
            world.addHost(try HostSetup("(host \(name) (config (xend-pool-hosts 'beta gamma')))"))
        }
        try world.perform("(daemon start)")
        try world.perform("(daemon (on beta) start)")
        let before = world.now
        #expect(try Self.pool(world).contains("(name beta) (url http://beta:8000/xend) (state unknown)"))
        #expect(world.now - before < .seconds(1))
        world.advance(by: .seconds(5))
        let first = try Self.pool(world)
        #expect(first.contains("(name beta) (url http://beta:8000/xend) (state up)"), "\(first)")
        #expect(first.contains("(name gamma) (url http://gamma:8000/xend) (state down) (reason"), "\(first)")
        // What is told is asked anew, and not for each who looks.
        try world.perform("(daemon (on beta) kill)")
        try world.perform("(daemon (on gamma) start)")
        world.advance(by: .seconds(11))
        _ = try Self.pool(world)
        world.advance(by: .seconds(5))
        let second = try Self.pool(world)
        #expect(second.contains("(name beta) (url http://beta:8000/xend) (state down)"), "\(second)")
        #expect(second.contains("(name gamma) (url http://gamma:8000/xend) (state up)"), "\(second)")
    }
}

import Testing

@testable import Migration

@Suite("One owner")
struct HandoverTests {
    /// Explores all states that can be reached from `start`.
    /// - Returns: how many there are, and how many have each fate.
    private func explore(
        from start: HandoverWorld, powerLimit: Int, writeFailures: Int
    ) -> (count: Int, problem: String?, ranThere: Int, stayed: Int) {
        var seen: Set<HandoverWorld> = [start]
        var frontier = [start]
        var (ranThere, stayed) = (0, 0)
        while let world = frontier.popLast() {
            if let violation = world.violation { return (seen.count, "\(violation): \(world)", ranThere, stayed) }
            let healed = world.healed()
            if let problem = healed.unfinished {
                return (seen.count, "\(problem)\nafter healing: \(healed)\nfrom: \(world)", ranThere, stayed)
            }
            if healed.destination.copy == .running { ranThere += 1 }
            if healed.source.copy == .running { stayed += 1 }
            for next in world.successors(powerLimit: powerLimit, writeFailures: writeFailures)
            where seen.insert(next).inserted { frontier.append(next) }
        }
        return (seen.count, nil, ranThere, stayed)
    }

    @Test(
        "Whatever is lost, late, repeated, killed or switched off: never two, and in the end exactly one",
        arguments: [(0, 0), (0, 2), (1, 1), (2, 2)])
    func exploration(powerCuts: Int, writeFailures: Int) {
        let result = explore(from: HandoverWorld(), powerLimit: powerCuts, writeFailures: writeFailures)
        #expect(result.problem == nil, "\(result.problem ?? "")")
        // The exploration is not empty: both ends are reached, from many states.
        #expect(result.count > 1000 && result.ranThere > 100 && result.stayed > 100, "\(result)")
    }

    @Test("The way without trouble")
    func straight() {
        var world = HandoverWorld()
        world.sendImage()
        world.completeImage()
        #expect(world.destination.todo == [.record(.inDoubt)])
        world.destinationActs(writeFails: false)
        #expect(world.destination.todo == [.send(.ready)])
        world.destinationActs(writeFails: false)
        world.sourceTakes(.message(.ready))
        #expect(world.source.todo == [.record(.handedOver)] && world.source.machine?.state == .deciding)
        world.sourceActs(writeFails: false)
        #expect(world.source.todo == [.send(.go)])
        world.destinationTakes(.message(.go))
        #expect(world.destination.todo == [.record(.running)])
        world.destinationActs(writeFails: false)
        #expect(world.destination.todo == [.run, .send(.taken)])
        world.sourceTakes(.message(.taken))
        #expect(Array(world.source.todo.dropFirst()) == [.destroy, .forget, .send(.released)])
    }

    @Test("Who says that it is ready for what was not sent whole is not believed")
    func readyTooSoon() {
        var source = SourceHandover()
        #expect(source.take(.message(.ready)) == [] && source.state == .started)
        #expect(source.take(.imageComplete) == [])
        #expect(source.take(.message(.ready)) == [.record(.handedOver)])
    }

    @Test("An operator decides about a copy in doubt at either end")
    func resolving() {
        var there = DestinationHandover(recorded: .inDoubt)
        #expect(there.take(.decided(keep: true)) == [.record(.running)])
        there = DestinationHandover(recorded: .inDoubt)
        #expect(there.take(.decided(keep: false)) == [.destroy, .send(.lost)])
        #expect(there.take(.message(.go)) == [.send(.lost)])
        var here = SourceHandover(recorded: .handedOver)
        #expect(here.take(.decided(keep: true)) == [.record(.aborted)])
        #expect(here.take(.recorded(.aborted)) == [.resume, .send(.abort)])
        // The other side was decided about differently: seen, not hidden.
        #expect(here.take(.message(.taken)) == [.reportConflict])
        here = SourceHandover(recorded: .handedOver)
        #expect(here.take(.decided(keep: false)) == [.destroy, .send(.go)])
        #expect(here.take(.message(.ask)) == [.send(.go)])
    }
}

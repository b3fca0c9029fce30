import Testing

@testable import Exploration

/// What is done on all cores.
@Suite struct ParallelTests {
    @Test("Results come in the order of the items, each once, however long each took")
    func order() {
        let items = Array(0..<200)
        var results: [Int] = []
        Parallel.inOrder(items) { item in
            // The first of ten is the last to be done.
            var rest = (10 - item % 10) * 2_000
            while rest > 0 { rest -= 1 }
            return item + rest
        } each: {
            results.append($0)
        }
        #expect(results == items)
    }

    @Test("Of nothing there is nothing")
    func nothing() {
        Parallel.inOrder([Int](), { $0 }, each: { _ in Issue.record("there is none") })
    }
}

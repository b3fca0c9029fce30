import Dispatch
import Synchronization

/// Runs things that have nothing to do with each other on all cores. Each world is made, driven and ended on one thread.
package enum Parallel {
    /// - Parameter each: told of each result, in the order in which they come; never twice at once.
    static func forEach<Item: Sendable, Result: Sendable>(
        _ items: [Item], _ body: @Sendable (Item) -> Result, each: (Int, Result) -> Void
    ) {
        withoutActuallyEscaping(each) { each in
            let told = Mutex(Teller(tell: each))
            DispatchQueue.concurrentPerform(iterations: items.count) { index in
                let result = body(items[index])
                told.withLock { $0.tell(index, result) }
            }
        }
    }

    /// - Parameter each: told of each result, in the order of the items; never twice at once.
    package static func inOrder<Item: Sendable, Result: Sendable>(
        _ items: [Item], _ body: @Sendable (Item) -> Result, each: (Result) -> Void
    ) {
        // What has come before its turn.
        var early: [Int: Result] = [:]
        var next = 0
        forEach(items, body) { index, result in
            early[index] = result
            while let result = early.removeValue(forKey: next) {
                each(result)
                next += 1
            }
        }
    }

    /// `@unchecked Sendable`: it stays behind its lock.
    private struct Teller<Result>: @unchecked Sendable {
        let tell: (Int, Result) -> Void
    }
}

/// What is wrong with a file, in the order in which it was found.
final class Refusals {
    private(set) var errors: [ScenarioError] = []

    /// Nobody reads more; a file that is no scenario at all must not fill the memory.
    private static let limit = 100

    /// Does what may be refused, and goes on behind it.
    @discardableResult
    func attempt<Value>(_ body: () throws(ScenarioError) -> Value) -> Value? {
        do throws(ScenarioError) {
            return try body()
        } catch {
            add(error)
            return nil
        }
    }

    func add(_ error: ScenarioError) { if errors.count < Self.limit { errors.append(error) } }
}

import ScenarioLanguage
import XendTesting

/// A real machine of a story: the one that the runner is on, or one that is lent to it.
protocol StoryMachine: AnyObject {
    /// Puts on it what the story wants to find there, and starts nothing.
    func prepare(_ scenario: Scenario, _ place: StoryPlace) throws(ScenarioFailure)
    func perform(_ act: MachineAct) throws(ScenarioFailure)
    /// - Parameter alias: whose daemon listens there, for the words of a refusal.
    func connect(_ port: UInt16, from origin: String?, alias: String) throws(ScenarioFailure) -> any ByteStream
    func file(_ path: String) throws(ScenarioFailure) -> String?
    /// MiB that are gone since the first domain, but for what Xen keeps about each.
    func memoryGone() throws(ScenarioFailure) -> Int
    func leaks() throws(ScenarioFailure) -> [String]
    func runs(_ domain: String) throws(ScenarioFailure) -> String
    func scriptCalls(_ path: String) throws(ScenarioFailure) -> [[String]]
    /// As the next story wants to find it.
    func putBack() throws(ScenarioFailure)
}

/// Which of a story's hosts a machine is.
struct StoryPlace {
    /// What the story calls it.
    var host: String
    /// Of each host, by name; empty in a story of one.
    var addresses: [String: String] = [:]

    /// What `/etc/hosts` says of them.
    var names: String {
        "127.0.0.1 localhost\n::1 localhost\n"
            + addresses.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)\n" }.joined()
    }
}

import DomainManagement
import ScenarioLanguage
import XendTesting

/// What a scenario runs against: a world in this process, `xend-sim` over sockets, or any xend.
///
/// All calls come from one thread. Times are durations since the scenario began.
package protocol ScenarioTarget: AnyObject {
    /// Told of daemons that a fault has killed and the like.
    var onFault: (String) -> Void { get set }
    /// Told of all that the daemons do, with the host and which of its daemons it is. Must be set before `begin`; nil: nobody listens.
    /// A daemon behind a socket tells nothing.
    var onDeed: ((String, Int, Deed) -> Void)? { get set }
    var now: Duration { get }
    /// Seconds since 1970 at `now`, as the target's calendar has it.
    var wallTime: Double { get }
    /// Jobs from foreign threads; zero where that means nothing.
    var foreignJobs: Int { get }

    /// Makes the machines and what is on them, and starts the daemons.
    func begin() throws(ScenarioFailure)
    func end()
    func url(ofReceiver name: String) -> String

    /// Lets time pass until the condition holds, at most that long. Returns whether it holds.
    func run(until condition: () throws -> Bool, limit: Duration) rethrows -> Bool
    func advance(by duration: Duration) throws(ScenarioFailure)
    /// - Parameter openRequests: what the scenario itself waits for.
    func settle(_ openRequests: () -> [String]) throws(ScenarioFailure)

    /// - Parameter origin: the client's address; nil: it is on the host itself. Simulated networks alone have others.
    func openHTTP(_ host: String, from origin: String?) throws(ScenarioFailure) -> any ByteStream
    /// The `Host` header of requests.
    func hostHeader(_ host: String) -> String
    /// The debug port of a host where it is another than its configuration says.
    func chosenDebugPort(of host: String) throws(ScenarioFailure) -> UInt16?
    func openTCP(_ host: String, port: UInt16, from origin: String?) throws(ScenarioFailure) -> any ByteStream

    /// Does something to a machine; returns when it is done.
    /// - Parameter host: where, unless the act names hosts itself.
    func perform(_ act: MachineAct, on host: String) throws(ScenarioFailure)

    /// The contents of a file; nil when there is none.
    func file(_ path: String, host: String) throws(ScenarioFailure) -> String?
    func log(_ host: String) throws(ScenarioFailure) -> String
    /// MiB.
    func memoryFree(_ host: String) throws(ScenarioFailure) -> Int
    /// What is left over, each as a sentence. nil: on every host.
    func leaks(_ host: String?) throws(ScenarioFailure) -> [String]
    /// "running" when the machine runs the domain, and no other does; else why not.
    func runs(_ domain: String, on host: String) throws(ScenarioFailure) -> String
    /// The arguments of each call of a script, in order.
    func scriptCalls(_ path: String, host: String) throws(ScenarioFailure) -> [[String]]
    /// What a receiver was sent.
    func received(_ receiver: String) throws(ScenarioFailure) -> [[UInt8]]
}

extension HTTPExchange {
    /// A request to a host of a target.
    package convenience init(_ request: WireRequest, host: String, _ target: any ScenarioTarget) throws(ScenarioFailure)
    {
        self.init(request, on: try target.openHTTP(host, from: request.origin), hostHeader: target.hostHeader(host))
    }
}

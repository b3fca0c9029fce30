import ArgumentParser
import ScenarioLanguage
import ScenarioRunner

/// `xend-scenario lend`: this machine is another one of the story that a runner tells elsewhere.
struct Lend: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Do on this real machine, a lab's, what a runner on another asks for.",
        discussion: """
            A story of two hosts is told by xend-scenario run --real-machine --lent ADDRESS:PORT on the first. Whoever reaches this \
            port does here what they like: for machines alone that nobody needs.
            """)

    @Option(help: ArgumentHelp("Where to listen.", valueName: "address:port"))
    var at: String

    @Option(help: ArgumentHelp("The tiny guest, for the kernel paths of stories.", valueName: "image"))
    var realMachine: String

    func validate() throws {
        if RemoteAddress(at) == nil { throw ValidationError("--at must be ADDRESS:PORT, not \(at)") }
    }

    func run() throws {
        guard let address = RemoteAddress(at) else { return }
        do throws(ScenarioFailure) {
            let lender = try MachineLender(address, guestImage: realMachine)
            Terminal.write("lent at \(address.authority)\n")
            lender.run()
        } catch {
            Terminal.complain(error.description)
            throw ExitCode.couldNotRun
        }
    }
}

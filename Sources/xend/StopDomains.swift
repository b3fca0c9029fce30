import ArgumentParser
import Glibc
import XendClient

/// `xend stop-domains`: what a unit calls before the machine goes down.
struct StopDomains: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop-domains",
        abstract: "Shut down or suspend the defined domains, as each of them says, before the machine goes down.")

    @Option(name: .long, help: "Seconds that guests which are asked may take.")
    var timeout = 120

    func run() async throws {
        do throws(XendError) {
            let address = try XendAddress(
                server: Self.environment("XEND"), root: Self.environment("XEND_ROOT"), hasSocket: Self.isSocket)
            let client = XendClient(address: address, transport: try SocketTransport(address: address))
            _ = try await client.perform(.nodeStopDomains(timeout: String(timeout)))
        } catch {
            Terminal.complain("xend: \(error)")
            throw ExitCode.failure
        }
    }

    private static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    private static func isSocket(_ path: String) -> Bool {
        var found = stat()
        return stat(path, &found) == 0 && found.st_mode & S_IFMT == S_IFSOCK
    }
}

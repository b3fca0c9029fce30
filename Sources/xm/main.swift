// xm, and xl: the command line of xend. What it does is in XmCommands; here are the environment and the machine.

import Glibc
import XendClient
import XmCommands

/// A variable of the environment, read once before anything else runs.
func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
}

/// Whether a Unix socket stands at a path.
func isSocket(_ path: String) -> Bool {
    var found = stat()
    return stat(path, &found) == 0 && found.st_mode & S_IFMT == S_IFSOCK
}

let machine = Machine()
let format = XmFormat(program: CommandLine.arguments.first ?? "xm", variable: environment("XM_FORMAT"))

do throws(XendError) {
    let address = try XendAddress(server: environment("XEND"), root: environment("XEND_ROOT"), hasSocket: isSocket)
    let credentials = try XendCredentials(variable: environment, readFile: machine.readSecret)
    let transport = try SocketTransport(address: address, credentials: credentials)
    let client = XendClient(address: address, transport: transport)
    let status = await Xm(client: client, host: machine, format: format).run(Array(CommandLine.arguments.dropFirst()))
    exit(status)
} catch {
    machine.writeError("Error: \(error)\n")
    exit(1)
}

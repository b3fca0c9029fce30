import ArgumentParser
import SExpressions
import XendClient

/// The daemon of this machine, as its configuration says where it listens.
struct RunningDaemon {
    /// What it answers.
    func perform(_ call: XendCall) async throws -> SExpression {
        do {
            let address = try await address()
            let client = XendClient(address: address, transport: try SocketTransport(address: address))
            return switch try await client.perform(call) {
            case .expression(let value): value
            case .text(let text): .atom(text)
            case .nothing: []
            }
        } catch {
            Terminal.complain("xend: \(error)")
            throw ExitCode.failure
        }
    }

    /// Where browsers reach it.
    func port() async throws -> UInt16 { try await Foreground().configuration().port ?? 8000 }

    /// Its socket, or its port where it has none.
    private func address() async throws -> XendAddress {
        let configuration = try await Foreground().configuration()
        let socket = configuration.socketPath ?? XendAddress.standardSocket
        return socket.isEmpty
            ? XendAddress(host: "localhost", port: Int(configuration.port ?? 8000)) : XendAddress(socket: socket)
    }
}

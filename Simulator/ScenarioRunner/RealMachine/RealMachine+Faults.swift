import Glibc
import ScenarioLanguage
import SimulatedHypervisor

/// What goes wrong because a story says so, and is put right by `(heal)`.
extension RealMachine {
    func fail(_ rule: FaultRule) throws(ScenarioFailure) {
        faultCount += 1
        switch try RealFault(rule, number: faultCount).cause {
        case .script(let name, let lines):
            let path = Self.faults(of: name)
            try write(path, Array((try file(path) ?? "").utf8) + Array(lines.utf8))
        case .port(let port):
            wantedPorts.append(port)
            // The daemon may have it now: it is another program's from the daemon's next life on.
            try takePorts()
        }
    }

    /// Takes what is wanted and nobody has.
    func takePorts() throws(ScenarioFailure) {
        for port in wantedPorts {
            guard let holder = try PortHolder(port) else { continue }
            takenPorts.append(holder)
            wantedPorts.removeAll { $0 == port }
        }
    }

    func heal() throws(ScenarioFailure) {
        (takenPorts, wantedPorts) = ([], [])
        for script in try Command.must("ls", Self.directory).lines where script.hasPrefix("faults-") {
            unlink("\(Self.directory)/\(script)")
        }
    }

    private static func faults(of script: String) -> String { "\(directory)/faults-\(script)" }

    /// What stands in front of a script, or is one: writes down what it is called with, and lets happen what shall.
    /// - Parameter body: what follows.
    func wrapper(of name: String, real: String, body: String) -> [UInt8] {
        let faults = Self.faults(of: name)
        return Array(
            """
            #!/bin/sh
            (IFS=\u{1F}; echo "$*" >>\(calls(of: name)))
            real=\(real) deed=
            [ ! -e \(faults) ] || . \(faults)
            eval "$deed"
            \(body)

            """.utf8)
    }
}

/// A program that has a port.
final class PortHolder {
    private let descriptor: Int32

    /// nil: somebody has it.
    init?(_ port: UInt16) throws(ScenarioFailure) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout.size(ofValue: yes)))
        let isBound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isBound, listen(descriptor, 1) == 0 else {
            // What is left of it is closed with it.
            if errno == EADDRINUSE { return nil }
            throw ScenarioFailure("port \(port) cannot be taken: \(String(cString: strerror(errno)))")
        }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        hangUp()
    }

    /// Who connects is turned away: whoever waited for an answer would wait for ever.
    private func hangUp() {
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { listener in
                let listener = Int32(Int(bitPattern: listener) - 1)
                while true {
                    let client = accept(listener, nil, nil)
                    if client >= 0 { Glibc.close(client) } else if errno != EINTR, errno != ECONNABORTED { return nil }
                }
            }, UnsafeMutableRawPointer(bitPattern: Int(descriptor) + 1))
        pthread_detach(thread)
    }

    deinit {
        // The thread wakes up and goes.
        shutdown(descriptor, Int32(SHUT_RDWR))
        close(descriptor)
    }
}

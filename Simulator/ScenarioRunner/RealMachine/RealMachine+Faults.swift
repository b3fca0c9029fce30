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
        case .call: try failingCalls?.add(rule)
        case .noDriver: try takeUpDevices(false)
        case .heldFrontend(let kind):
            heldFrontends.insert(kind)
            try tellGuests("holds \(kind)")
        case .link(let fault, let host):
            guard let address = addresses[host] else { throw ScenarioFailure("no way leads from here to \(host)") }
            hasLinkFaults = true
            try fault.begin(to: address)
        }
    }

    /// Whether the kernel gives new devices a driver; once it does, those that have none get theirs.
    private func takeUpDevices(_ isSo: Bool) throws(ScenarioFailure) {
        let bus = "/sys/bus/xen-backend"
        try set("\(bus)/drivers_autoprobe", isSo ? "1" : "0")
        isWithoutDrivers = !isSo
        guard isSo else { return }
        for device in try Command.must("ls", "\(bus)/devices").lines {
            if access("\(bus)/devices/\(device)/driver", F_OK) != 0 { try set("\(bus)/drivers_probe", device) }
        }
    }

    /// A file of the kernel's, which is no new one.
    private func set(_ path: String, _ text: String) throws(ScenarioFailure) {
        let file = open(path, O_WRONLY | O_CLOEXEC)
        defer { close(file) }
        guard file >= 0, Glibc.write(file, text, text.utf8.count) == text.utf8.count else {
            throw ScenarioFailure("\(path) cannot be written: \(String(cString: strerror(errno)))")
        }
    }

    private func tellGuests(_ word: String) throws(ScenarioFailure) {
        for id in try Command.must("xenstore-list", "/local/domain").lines where id != "0" {
            try Command.must("xenstore-write", "/local/domain/\(id)/control/guest", word)
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
        try failingCalls?.heal()
        if isWithoutDrivers { try takeUpDevices(true) }
        for kind in heldFrontends { try tellGuests("lets-go \(kind)") }
        heldFrontends = []
        if hasLinkFaults { try LinkFault.end() }
        hasLinkFaults = false
        for script in try Command.must("ls", Self.directory).lines where script.hasPrefix("faults-") {
            unlink("\(Self.directory)/\(script)")
        }
    }

    /// What goes wrong at this point goes right again.
    func heal(_ pattern: FaultPattern) throws(ScenarioFailure) { try failingCalls?.heal(pattern) }

    /// Sets the calendar; what it was set by is taken back at the end.
    func setClock(by offset: Duration) throws(ScenarioFailure) {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        time.tv_sec += Int(offset.components.seconds)
        guard clock_settime(CLOCK_REALTIME, &time) == 0 else {
            throw ScenarioFailure("the calendar cannot be set: \(String(cString: strerror(errno)))")
        }
        clockOffset += offset
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

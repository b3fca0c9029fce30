// Tables of the later form: vcpu-list, uptime, sched-credit, block-list, network-list.

import DomainFiles
import SExpressions
import XendClient

/// A virtual cpu as `vcpu-list` shows it.
struct VirtualCPU: Equatable {
    var number: Int
    /// The physical cpu it runs on, nil while it does not run.
    var cpu: Int?
    var isOnline = true
    var isRunning = false
    var isBlocked = false
    var seconds = 0.0
    /// `any cpu`, `0-1,3`.
    var affinity: String
}

/// Headings and lines of the tables. Pure: values in, text out.
enum LaterTables {
    // MARK: vcpu-list

    static func virtualCPUHeading(_ format: XmFormat) -> String {
        let affinity = format == .xl ? "Affinity (Hard / Soft)" : "CPU Affinity"
        return "Name".padded(to: 32) + "    ID  VCPU   CPU State   Time(s) " + affinity
    }

    static func virtualCPULine(_ name: String, _ id: Int, _ vcpu: VirtualCPU, _ format: XmFormat) -> String {
        // The third letter is for a virtual cpu that is switched off.
        let state = vcpu.isOnline ? (vcpu.isRunning ? "r" : "-") + (vcpu.isBlocked ? "b-" : "--") : "--p"
        let affinity = format == .xl ? " " + xlAffinity(vcpu.affinity) : vcpu.affinity
        return name.padded(to: 32) + " " + String(id).aligned(right: 5) + " " + String(vcpu.number).aligned(right: 5)
            + " " + (vcpu.cpu.map(String.init) ?? "-").aligned(right: 5) + " " + state.aligned(right: 5)
            + "  " + PythonText.printf("%.1f", vcpu.seconds).aligned(right: 8) + " " + affinity
    }

    private static func xlAffinity(_ text: String) -> String {
        (text == "any cpu" ? "all" : text) + " / all"
    }

    /// The cpus a virtual cpu may run on: `any cpu`, or runs of numbers as in `0-1,3`.
    static func affinity(_ map: SExpression?) -> String {
        let cpus = (map?.list ?? []).compactMap { $0.atom.flatMap { Int($0) } }.sorted()
        guard let first = cpus.first else { return "any cpu" }
        var runs = [(first, first)]
        for cpu in cpus.dropFirst() {
            if cpu == runs[runs.count - 1].1 + 1 { runs[runs.count - 1].1 = cpu } else { runs.append((cpu, cpu)) }
        }
        return runs.map { $0.0 == $0.1 ? "\($0.0)" : "\($0.0)-\($0.1)" }.joined(separator: ",")
    }

    /// Virtual cpus as far as the information of a domain tells: one line each, the time shared among them.
    static func virtualCPUs(of domain: DomainInformation) -> [VirtualCPU] {
        let count = max(1, domain.vcpus ?? 1)
        let state = domain.state ?? ""
        let pinned = domain.cpu.flatMap { $0 >= 0 && domain.configuration?.child("cpu") != nil ? $0 : nil }
        return (0..<count).map { number in
            VirtualCPU(
                number: number, cpu: domain.cpu.flatMap { $0 >= 0 ? $0 : nil }, isRunning: state.contains("r"),
                isBlocked: state.contains("b"), seconds: (domain.cpuTime ?? 0) / Double(count),
                affinity: pinned.map(String.init) ?? "any cpu")
        }
    }

    // MARK: uptime

    static let upTimeHeading = "Name".padded(to: 33) + "   ID Uptime "

    static func upTimeLine(_ name: String, _ id: Int, _ seconds: Double) -> String {
        let (text, rest) = upTime(seconds)
        return name.padded(to: 32) + " " + String(id).aligned(right: 5) + " " + text + ":" + twoDigits(rest)
    }

    /// `-s`: the time of day, then the up time to the minute.
    static func shortUpTimeLine(_ name: String, _ id: Int, _ seconds: Double, now: String) -> String {
        " \(now) up \(upTime(seconds).text), \(name) (\(id))"
    }

    private static func upTime(_ seconds: Double) -> (text: String, rest: Int) {
        let total = seconds.isFinite && seconds > 0 && seconds < 1e12 ? Int(seconds.rounded()) : 0
        let days = total / 86400
        let prefix = days == 0 ? "" : days == 1 ? "1 day, " : "\(days) days, "
        let hours = String(total % 86400 / 3600).aligned(right: 2)
        return (prefix + hours + ":" + twoDigits(total % 3600 / 60), total % 60)
    }

    private static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    // MARK: sched-credit

    static let creditHeading = "Name".padded(to: 33) + "   ID Weight  Cap"

    static func creditLine(_ name: String, _ id: Int, weight: Int, cap: Int, _ format: XmFormat) -> String {
        let place =
            format == .xl
            ? name.padded(to: 33) + " " + String(id).aligned(right: 4)
            : name.padded(to: 32) + " " + String(id).aligned(right: 5)
        return place + " " + String(weight).aligned(right: 6) + " " + String(cap).aligned(right: 4)
    }

    // MARK: Devices

    static let blockHeading = "Vdev  BE  handle state evt-ch ring-ref BE-path                       "

    static func blockLine(_ device: DeviceInformation, domain: Int) -> String {
        let vdev = device.number("vdev") ?? -1
        let backend = device.number("backend") ?? 0
        return String(vdev).padded(to: 5) + " " + String(backend).padded(to: 3) + " "
            + String(domain).padded(to: 6) + " " + String(state(device)).padded(to: 5) + " "
            + String(port(device)).padded(to: 6) + " " + "-1".padded(to: 8) + " "
            + "/local/domain/\(backend)/backend/vbd/\(domain)/\(vdev)".padded(to: 30)
    }

    static let networkHeading =
        "Idx BE Mac Addr.         handle state evt-ch   tx-/rx-ring-ref BE-path                       "

    static func networkLine(_ device: DeviceInformation, domain: Int) -> String {
        let idx = Int(device.idx ?? "") ?? -1
        let backend = device.number("backend") ?? 0
        return String(idx).padded(to: 3) + " " + String(backend).padded(to: 2) + " "
            + (device.expression.childText("mac") ?? "").padded(to: 17) + " " + String(idx).aligned(right: 6) + " "
            + String(state(device)).aligned(right: 5) + " " + String(port(device)).aligned(right: 6) + " "
            + "-1".aligned(right: 5) + "/" + "-1".padded(to: 11) + " "
            + "/local/domain/\(backend)/backend/vif/\(domain)/\(idx)".padded(to: 30)
    }

    /// The state of the handshake: 4 is connected. The event channel shows once the front-end has connected.
    private static func state(_ device: DeviceInformation) -> Int {
        device.number("state") ?? (device.expression.child("evtchn") == nil ? 2 : 4)
    }

    private static func port(_ device: DeviceInformation) -> Int {
        device.expression.child("evtchn")?.children().last?.atom.flatMap { Int($0) } ?? -1
    }
}

extension DeviceInformation {
    fileprivate func number(_ name: String) -> Int? { expression.childText(name).flatMap { Int($0) } }
}

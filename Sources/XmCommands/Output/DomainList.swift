// `xm list` and its later forms.

import DomainFiles
import SExpressions
import XendClient

/// The lines of a listing. Pure: information in, text out.
enum DomainList {
    /// The heading.
    static func heading(_ format: XmFormat) -> String {
        switch format {
        case .original: "Name              Id  Mem(MB)  CPU  State  Time(s)  Console"
        case .later:
            "Name".padded(to: 40) + "    ID   Mem VCPUs      State   Time(s)"
        case .xl: "Name".padded(to: 44) + "ID   Mem VCPUs\tState\tTime(s)"
        }
    }

    /// One domain. Throws where the daemon sent no number in place of one.
    static func line(
        _ domain: DomainInformation, _ format: XmFormat, _ paint: Paint = Paint(isOn: false)
    ) -> String {
        let state = { (text: String) in paint.state(text, of: domain) }
        return switch format {
        case .original: original(domain, state)
        case .later: later(domain, state)
        case .xl: xl(domain, state)
        }
    }

    private static func original(_ domain: DomainInformation, _ state: (String) -> String) -> String {
        let port = domain.console?.port.map(String.init) ?? ""
        return (domain.name ?? "??").padded(to: 16) + " " + String(domain.id ?? -1).aligned(right: 3)
            + "  " + String(domain.memory ?? 0).aligned(right: 7) + "  " + String(domain.cpu ?? 0).aligned(right: 3)
            + "  " + state(String((domain.state ?? "??").prefix(5)).aligned(right: 5))
            + "  " + seconds(domain.cpuTime, 7) + "    " + port.aligned(right: 4)
    }

    private static func later(_ domain: DomainInformation, _ state: (String) -> String) -> String {
        (domain.name ?? "").padded(to: 40) + " " + String(domain.id ?? -1).aligned(right: 5)
            + " " + String(domain.memory ?? 0).aligned(right: 5) + " " + String(domain.vcpus ?? 1).aligned(right: 5)
            + " " + state(sixLetters(domain).aligned(right: 10)) + " " + seconds(domain.cpuTime, 8)
    }

    private static func xl(_ domain: DomainInformation, _ state: (String) -> String) -> String {
        (domain.name ?? "").padded(to: 40) + " " + String(domain.id ?? -1).aligned(right: 5)
            + " " + String(domain.memory ?? 0).aligned(right: 5) + " " + String(domain.vcpus ?? 1).aligned(right: 5)
            + "     " + state(sixLetters(domain)) + "  " + seconds(domain.cpuTime, 8)
    }

    private static func seconds(_ value: Double?, _ width: Int) -> String {
        PythonText.printf("%.1f", value ?? 0).aligned(right: width)
    }

    /// `rbpscd` as xl prints it: the fifth letter is why the domain has shut down (`r` reboot, `s` suspend,
    /// `c` crash), so that a crashed domain shows `---sc-`.
    static func sixLetters(_ domain: DomainInformation) -> String {
        let state = domain.state ?? ""
        func letter(_ character: Character) -> String { state.contains(character) ? String(character) : "-" }
        let crashed = state.contains("c") || domain.shutdownReason == "crash"
        let isShut = state.contains("s") || crashed
        var reason = "-"
        if isShut {
            switch domain.shutdownReason {
            case "reboot": reason = "r"
            case "suspend": reason = "s"
            default: reason = crashed ? "c" : "-"
            }
        }
        return letter("r") + letter("b") + letter("p") + (isShut ? "s" : "-") + reason + letter("d")
    }
}

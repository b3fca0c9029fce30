// The lists of `top`.

import DomainFiles
import XendClient

/// One look at all domains, and its list in the columns of xentop that xend can fill.
struct TopTable {
    /// Erases the terminal and begins at its first line (ECMA-48: CUP, ED).
    static let clearScreen = "\u{1B}[H\u{1B}[2J"
    static let heading =
        "      NAME  STATE   CPU(sec) CPU(%)     MEM(k) MEM(%)  MAXMEM(k) MAXMEM(%) VCPUS NETS VBDS"

    private let domains: [DomainInformation]
    /// Megabytes of the machine.
    private let memory: Int
    /// Seconds, of a clock that only intervals are taken from.
    private let clock: Double

    init(_ domains: [DomainInformation], memory: Int, clock: Double) {
        self.domains = domains
        self.memory = memory
        self.clock = clock
    }

    /// - Parameter before: the look before, which shares of a cpu are counted from; without one they are 0.
    func text(since before: TopTable?) -> String {
        let rows = domains.map { domain in (domain, share(domain, since: before)) }
        // Who uses most stands first; nobody moves without a reason.
        let order = rows.indices.sorted { (rows[$1].1, $0) < (rows[$0].1, $1) }
        return ([TopTable.heading] + order.map { line(rows[$0].0, rows[$0].1) }).joined(separator: "\n") + "\n"
    }

    /// Percent of one cpu.
    private func share(_ domain: DomainInformation, since before: TopTable?) -> Double {
        guard let before, clock > before.clock, let now = domain.cpuTime,
            let then = before.domains.first(where: { $0.id == domain.id && $0.uuid == domain.uuid })?.cpuTime
        else { return 0 }
        return max(0, (now - then) / (clock - before.clock) * 100)
    }

    private func line(_ domain: DomainInformation, _ share: Double) -> String {
        let limit = domain.maximumMemory ?? domain.memory ?? 0
        let devices = domain.devices
        return [
            (domain.name ?? "").aligned(right: 10), TopTable.state(domain),
            PythonText.printf("%.0f", domain.cpuTime ?? 0).aligned(right: 10), TopTable.number(share, 6),
            kibibytes(domain.memory ?? 0), percent(domain.memory ?? 0, 6), kibibytes(limit), percent(limit, 9),
            String(domain.vcpus ?? 1).aligned(right: 5),
            String(devices.count { $0.type == "vif" }).aligned(right: 4),
            String(devices.count { $0.type == "vbd" }).aligned(right: 4),
        ].joined(separator: " ")
    }

    /// `--b---`: xentop has the letters in another order than `list`.
    private static func state(_ domain: DomainInformation) -> String {
        let letters = DomainList.sixLetters(domain)
        return "dsbcpr".map { letters.contains($0) ? String($0) : "-" }.joined()
    }

    private func kibibytes(_ megabytes: Int) -> String { String(megabytes * 1024).aligned(right: 10) }

    private func percent(_ megabytes: Int, _ width: Int) -> String {
        TopTable.number(memory > 0 ? Double(megabytes) / Double(memory) * 100 : 0, width)
    }

    private static func number(_ value: Double, _ width: Int) -> String {
        PythonText.printf("%.1f", value).aligned(right: width)
    }
}

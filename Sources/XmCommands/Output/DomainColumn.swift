import DomainFiles
import LibxlForm
import XendClient

/// What a column of a listing may tell of a domain.
enum DomainColumn: String, CaseIterable {
    case name, id, uuid, mem, maxmem, vcpus, cpu, state, time, uptime, console, reason, operation, defined, generation

    /// Reads `name,id,mem`.
    static func list(_ text: String) throws(XmFailure) -> [DomainColumn] {
        var columns: [DomainColumn] = []
        for word in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let column = DomainColumn(rawValue: word.lowercased()) else {
                throw .error("\"\(word)\" is no column: \(known)")
            }
            columns.append(column)
        }
        return columns
    }

    /// All of them, for messages.
    static var known: String { allCases.map(\.rawValue).joined(separator: ", ") }

    /// Above it.
    var heading: String {
        switch self {
        case .id, .uuid, .cpu: rawValue.uppercased()
        case .vcpus: "VCPUs"
        default: rawValue.prefix(1).uppercased() + rawValue.dropFirst()
        }
    }

    /// Numbers stand at the right, and of several domains the greatest comes first.
    var isNumber: Bool {
        switch self {
        case .id, .mem, .maxmem, .vcpus, .cpu, .time, .uptime, .console, .generation: true
        case .name, .uuid, .state, .reason, .operation, .defined: false
        }
    }

    /// What it tells; nil: there is nothing to tell.
    func value(of domain: DomainInformation) -> String? {
        switch self {
        case .name: domain.name
        case .id: domain.id.map(String.init)
        case .uuid: domain.uuid
        case .mem: domain.memory.map(String.init)
        case .maxmem: (domain.maximumMemory ?? domain.memory).map(String.init)
        case .vcpus: domain.vcpus.map(String.init)
        case .cpu: domain.cpu.map(String.init)
        case .state: DomainList.sixLetters(domain)
        case .time: domain.cpuTime.map { PythonText.printf("%.1f", $0) }
        case .uptime: domain.upTime.map { String(Int(max(0, min($0, 1e12)))) }
        case .console: domain.console?.port.map(String.init)
        case .reason: domain.shutdownReason
        case .operation, .defined, .generation: domain.expression.childText(rawValue)
        }
    }

    /// The value for a program.
    func json(of domain: DomainInformation) -> JSONText? {
        guard let value = value(of: domain) else { return nil }
        return isNumber ? Int(value).map(JSONText.number) ?? .string(value) : .string(value)
    }

    /// What is sorted by: the greatest number first, texts by their letters, and what has none last.
    func comesFirst(_ left: DomainInformation, _ right: DomainInformation) -> Bool {
        let (one, other) = (value(of: left), value(of: right))
        guard let one, let other else { return one != nil && other == nil }
        guard isNumber else { return one < other }
        let (first, second) = (Double(one) ?? 0, Double(other) ?? 0)
        return self == .id ? first < second : first > second
    }
}

/// A table of any columns, each as wide as it needs to be.
struct DomainTable {
    let columns: [DomainColumn]

    func lines(_ domains: [DomainInformation], _ paint: Paint) -> [String] {
        let rows = domains.map { domain in columns.map { $0.value(of: domain) ?? "-" } }
        let widths = columns.indices.map { place in
            rows.map { $0[place].count }.reduce(columns[place].heading.count, max)
        }
        func line(_ cells: [String], _ change: (Int, String) -> String) -> String {
            let texts = cells.enumerated().map { place, cell in
                let isLast = place == columns.count - 1
                let text =
                    columns[place].isNumber
                    ? cell.aligned(right: widths[place]) : isLast ? cell : cell.padded(to: widths[place])
                return change(place, text)
            }
            return texts.joined(separator: "  ")
        }
        let heading = paint.heading(line(columns.map(\.heading)) { _, text in text })
        return [heading]
            + zip(domains, rows).map { domain, row in
                line(row) { place, text in columns[place] == .state ? paint.state(text, of: domain) : text }
            }
    }

    func json(_ domains: [DomainInformation]) -> JSONText {
        .array(
            domains.map { domain in
                .object(columns.compactMap { column in column.json(of: domain).map { (column.rawValue, $0) } })
            })
    }
}

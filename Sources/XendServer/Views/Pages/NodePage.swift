import DomainLifecycle
import DomainManagement
import DomainModel
import SExpressions

/// `/xend/node`: the machine.
struct NodePage: Sendable {
    let node: NodeInformation
    /// The end of xend's log.
    let log: String?
    /// The other hosts.
    var pool: PoolView?
    /// What all domains did in the last hour, and until when that is told; nil: nobody measures.
    var measures: (series: MeasureSeries, now: Double)?

    /// Lines of the log that the page shows.
    static let logLines = 30

    func page() -> Page {
        Page(node.host) {
            Attention.view([], notices: node.notices)
            div(.class("columns")) {
                Parts.section("Machine") {
                    facts(
                        [
                            ("Memory", memory)
                        ],
                        [
                            ("System", "system"), ("Host", "host"), ("Release", "release"), ("Version", "version"),
                            ("Machine", "machine"), ("Cpus", "nr_cpus"), ("Cores", "cores"),
                            ("Threads per core", "threads_per_core"), ("MHz", "cpu_mhz"),
                        ])
                }
                Parts.section("Xen") {
                    facts(
                        [
                            ("Version", .text("\(node.report.major).\(node.report.minor)\(node.report.extra)"))
                        ],
                        [
                            ("Scheduler", "scheduler"), ("Capabilities", "xen_caps"),
                            ("Command line", "xen_commandline"),
                        ])
                    p { Parts.link("Xen's messages", Path.dmesg) }
                }
            }
            if let pool, !pool.hosts.isEmpty { Parts.section("The other hosts of the pool", "card wide") { pool.list } }
            if let measures { MeasurePicture.section(measures.series, now: measures.now, Path.node + "/measures") }
            Parts.section("Log", "card wide") {
                if let log { pre(.class("log"), .focusable) { log } }
                p { Parts.link("The whole log", Path.log) }
            }
            Parts.section("Operations", "card wide") {
                div(.class("forms")) {
                    for form in OperationForms.at(.node) { form.view(to: Path.node) }
                }
            }
        }
    }

    /// Fields of the node's expression, under the names people read.
    private func facts(_ first: [(name: String, value: HTML?)], _ fields: [(name: String, field: String)]) -> HTML {
        let expression = node.expression
        return Parts.facts(
            first
                + fields.map { name, field in
                    let value = expression.childText(field) ?? ""
                    return (name, value.isEmpty ? nil : .text(value))
                })
    }

    private var memory: HTML {
        let total = node.report.totalMemory
        let free = node.report.freeMemory
        let text = "\(Wording.memory(total)), \(Wording.memory(free)) free"
        return .group([.text(text), Parts.bar(Wording.percent((total - free).pages, of: total.pages), label: text)])
    }

    /// The last lines of a log.
    static func tail(_ bytes: [UInt8]) -> String {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).suffix(logLines + 1)
        return SXPText.string(decoding: lines.joined(separator: [UInt8(ascii: "\n")]))
    }
}

/// `/xend/node/dmesg`: Xen's message ring.
enum MessagesPage {
    static func page(_ bytes: [UInt8]) -> Page {
        Page("Xen's messages", trail: [("Node", Path.node)]) {
            pre(.class("log"), .focusable) { SXPText.string(decoding: bytes) }
            Parts.forms
            OperationForms.clearMessages.view(to: Path.dmesg)
        }
    }
}

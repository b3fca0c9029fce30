import SExpressions
import ScenarioLanguage
import XendTesting

/// The story of a run as text that can be compared: each step, what it asked, what was answered, what happened.
///
///     $ (unpause web)
///     > POST /xend/domain/web op=unpause
///     < 200 OK
///       0
///     * (xend.domain.unpause (web id1))
struct Transcript {
    private(set) var text = ""
    private var normaliser: Normaliser
    private var host = ""
    private let hasSeveralHosts: Bool

    /// A story whose transcript is longer than this is not read by anybody; it ends with a note. Bytes.
    private static let limit = 8 << 20
    /// Longer arguments are the step's own text, which stands above.
    private static let argumentLimit = 60

    init(_ scenario: Scenario) {
        normaliser = Normaliser(scenario)
        hasSeveralHosts = scenario.setup.hosts.count > 1
    }

    private mutating func add(_ line: String) {
        guard text.utf8.count < Self.limit else { return }
        text += line + "\n"
        if text.utf8.count >= Self.limit { text += "… the transcript ends here: it is too long\n" }
    }

    private mutating func turn(to host: String) {
        if hasSeveralHosts, host != self.host { add("@ \(host)") }
        self.host = host
        normaliser.turn(to: host)
    }

    mutating func step(_ step: ScenarioStep) {
        if !text.isEmpty { add("") }
        add("$ \(Self.form(of: step.source))")
    }

    /// The step as it is written, on one line, without what it expects.
    static func form(of source: LocatedSExpression) -> String {
        guard let members = source.list else { return source.value.description }
        let shown = members.filter { member in
            guard member.list?.first?.atom == "expect" else { return true }
            return source.name == "console" || source.name == "debug"
        }
        return SExpression.list(shown.map(\.value)).description
    }

    mutating func request(_ request: WireRequest, host: String) {
        turn(to: host)
        let arguments = request.summary.map { field in
            let value =
                field.value.utf8.count > Self.argumentLimit
                ? "…" : SExpression.atom(normaliser.text(field.value)).description
            return " \(field.name)=\(value)"
        }
        let path = request.path.split(separator: "?").first.map(String.init) ?? request.path
        let origin = request.origin.map { " from \($0)" } ?? ""
        add("> \(request.method) \(normaliser.path(path))\(arguments.joined())\(origin)")
    }

    mutating func answer(_ answer: Answer, host: String) {
        turn(to: host)
        add("< \(answer.status) \(normaliser.text(answer.reason))")
        for header in answer.headers where !Self.ignoredHeaders.contains(header.name.lowercased()) {
            let value = header.name.lowercased() == "location" ? normaliser.location(header.value) : header.value
            add("  \(header.name): \(value)")
        }
        body(of: answer)
    }

    mutating func lost(_ problem: String, host: String) {
        turn(to: host)
        add("< \(problem)")
    }

    private mutating func body(of answer: Answer) {
        if let expression = answer.expression {
            for line in Self.lines(of: normaliser.normalise(expression)) { add(line) }
        } else if answer.isHTML {
            add("  \(HTMLText.title(of: answer.text).map { "page \"\($0)\"" } ?? "page")")
        } else if !answer.body.isEmpty {
            // Logs, messages of Xen and the like: never the same twice.
            add("  _")
        }
    }

    /// An answer as it stands in a transcript.
    static func lines(of answer: SExpression) -> [String] {
        answer.pretty(width: 100).split(separator: "\n").map { "  \($0)" }
    }

    mutating func event(_ name: String, _ value: SExpression, host: String) {
        turn(to: host)
        add("* \(normaliser.normalise([.atom(name), value]))")
    }

    /// What is the scenario's and no machine's own.
    mutating func note(_ text: String) { add("- \(text)") }

    /// Sizes and dates differ with what is replaced above; `Xend-Error` is the kind of the text that is there, too; the rest is
    /// the connection's.
    private static let ignoredHeaders: Set<String> = [
        "date", "server", "content-length", "connection", "last-modified", "etag", "content-type", "keep-alive",
        "xend-error", "set-cookie", "vary",
    ]
}

/// The little of HTML that needs no parser.
enum HTMLText {
    static func title(of page: String) -> String? {
        guard let start = page.utf8Range(of: "<title>", from: 0), let end = page.utf8Range(of: "</title>", from: start)
        else { return nil }
        return String(decoding: Array(page.utf8)[start..<(end - 8)], as: UTF8.self)
    }
}

extension Normaliser {
    /// A path: ids of domains and ports of consoles in it get their names.
    mutating func path(_ path: String) -> String {
        var parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if parts.count > 3, parts[1] == "xend", Int(parts[3]) != nil {
            parts[3] = parts[2] == "domain" ? idName(parts[3]) : parts[2] == "console" ? portName(parts[3]) : parts[3]
        }
        return parts.joined(separator: "/")
    }
}

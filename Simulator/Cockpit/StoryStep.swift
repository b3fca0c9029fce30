import DomainLifecycle
import SExpressions
import ScenarioLanguage
import XendServer

/// A step of a story: what was asked of a daemon is kept as it came, and made the text of a request when somebody wants to read it. Of a
/// thousand hardly one is read.
enum StoryStep: Sendable {
    /// In the language of scenarios; of a request that is no part of the story nothing.
    case words(String)
    /// A request with a form.
    case asked(host: String, RequestTarget, fields: [ArgumentText])

    /// As it stands in a scenario.
    var text: String {
        switch self {
        case .words(let text): return text
        case .asked(let host, let target, let fields):
            let path = SExpression.atom(target.path).quoted
            let form = fields.map { "(\(SExpression.atom($0.name).quoted) \(SExpression.atom($0.text).quoted))" }
            return "(request (on \(host)) POST \(path) (form \(form.joined(separator: " "))))"
        }
    }

    /// Whether the text has at most so many bytes. Where it is clear without the text none is made.
    func fits(_ limit: Int) -> Bool {
        if case .asked(_, let target, let fields) = self {
            // Of one byte an escape makes four, and a path three; what else stands there is short.
            let bytes = fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.count + 8 }
            if 4 * bytes + target.segments.reduce(256, { $0 + 4 * $1.utf8.count }) <= limit { return true }
        }
        return text.utf8.count <= limit
    }
}

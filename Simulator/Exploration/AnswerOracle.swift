import SExpressions
import XendTesting

/// The form of an answer, whatever it says.
enum AnswerOracle {
    /// What is wrong with an answer.
    static func problem(_ answer: Answer, to request: WireRequest) -> String? {
        let what = "\(request.method) \(request.path)"
        guard (200..<600).contains(answer.status) else { return "\(what) is answered with status \(answer.status)" }
        if let length = answer.header("content-length").flatMap({ Int($0) }), request.method != "HEAD",
            length != answer.body.count
        {
            return "\(what) is answered with \(answer.body.count) bytes, announced were \(length)"
        }
        guard answer.isSXP, request.method != "HEAD", answer.status != 204, answer.status != 304 else { return nil }
        guard let values = try? SExpression.parseAll(answer.body), values.count == 1, let value = values.first else {
            return "\(what) is answered with what is not one s-expression: \(answer.text.prefix(80))"
        }
        let isError = value.isElement("xend.err")
        // Errors of devices come with 200, as the original's did (reference/http-api.md §6.5).
        guard isError || answer.status < 400 else {
            return "\(what) is answered with status \(answer.status) and \(value)"
        }
        guard !isError || !(value.child(at: 0)?.atom ?? "x").isEmpty else {
            return "\(what) is refused without a word why"
        }
        return nil
    }
}

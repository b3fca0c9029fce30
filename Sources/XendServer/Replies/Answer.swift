import SExpressions

/// What a handler answers, before it is known to be shown as SXP, JSON or HTML.
public struct Answer: Sendable {
    enum Content: Sendable {
        /// SXP and JSON show the value, HTML the page.
        case value(@Sendable () -> SExpression)
        /// Text for those who do not want a page.
        case text([UInt8])
        /// The same for everybody.
        case reply(Reply)
    }
    var content: Content
    var status = Status.ok
    var reason: String?
    var location: String?

    /// - Parameter value: made only if it is shown.
    public static func value(_ value: @autoclosure @escaping @Sendable () -> SExpression) -> Answer {
        Answer(content: .value(value))
    }

    public static func text(_ bytes: [UInt8]) -> Answer { Answer(content: .text(bytes)) }

    public static func reply(_ reply: Reply) -> Answer { Answer(content: .reply(reply)) }

    /// "No value", as xend 2.0 wrote it.
    static var none: Answer { .value("None") }
    static var zero: Answer { .value("0") }
}

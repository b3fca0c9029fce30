import SExpressions

/// What a handler answers, before it is known to be shown as SXP, JSON or HTML.
public struct Answer: Sendable {
    enum Content: Sendable {
        /// SXP and JSON show the value.
        case value(@Sendable () -> SExpression, isPlainList: Bool)
        /// "No value".
        case nothing
        /// Text for those who do not want a page.
        case text([UInt8])
        /// The same for everybody.
        case reply(Reply)
    }
    var content: Content
    /// HTML shows this; nil: for an operation the page of its resource, else the value.
    var page: (@Sendable () -> Page)?
    var status = Status.ok
    var reason: String?
    var location: String?
    /// What an operation has to say to a person.
    var notice: Notice?

    /// - Parameter value: made only if it is shown.
    public static func value(_ value: @autoclosure @escaping @Sendable () -> SExpression) -> Answer {
        Answer(content: .value(value, isPlainList: false))
    }

    /// A list of things, whatever the first of them looks like.
    public static func list(_ values: @autoclosure @escaping @Sendable () -> [SExpression]) -> Answer {
        Answer(content: .value({ .list(values()) }, isPlainList: true))
    }

    public static func text(_ bytes: [UInt8]) -> Answer { Answer(content: .text(bytes)) }

    public static func reply(_ reply: Reply) -> Answer { Answer(content: .reply(reply)) }

    /// No value: `'None'` in SXP, as xend 2.0 wrote it.
    static var none: Answer { Answer(content: .nothing) }
    static var zero: Answer { .value("0") }

    /// The answer, with the page that HTML shows.
    public func page(_ page: @escaping @Sendable () -> Page) -> Answer {
        var answer = self
        answer.page = page
        return answer
    }
}

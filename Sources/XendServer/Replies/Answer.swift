import SExpressions

/// What a handler answers, before it is known to be shown as SXP, JSON or HTML.
public struct Answer: Sendable {
    enum Content: Sendable {
        /// SXP and JSON show the value.
        case value(any SExpressible, isPlainList: Bool)
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
    /// What was asked for and is without effect, in words.
    var warnings: [String] = []
    /// `Link`: where a list that is shown in pages goes on.
    var next: String?
    /// Beside those that its form has.
    var headers: [(name: String, value: String)] = []
    /// Nothing has been done yet: it leads to a page that asks.
    var isQuestion = false
    /// What an operation has to say to a person.
    var notice: Notice?

    /// A value, rendered in the representation that was asked for.
    public static func value(_ value: some SExpressible) -> Answer {
        Answer(content: .value(value, isPlainList: false))
    }

    /// A value, rendered in the representation that was asked for.
    public static func value(_ value: SExpression) -> Answer { Answer(content: .value(value, isPlainList: false)) }

    /// A list of things, whatever the first of them looks like.
    public static func list(_ values: [some SExpressible]) -> Answer { list(PlainList(values: values)) }

    static func list(_ list: some SExpressible) -> Answer { Answer(content: .value(list, isPlainList: true)) }

    /// `text/plain` for programs, a page with it for people.
    public static func text(_ bytes: [UInt8]) -> Answer { Answer(content: .text(bytes)) }

    /// Exactly this, whatever representation was asked for.
    public static func reply(_ reply: Reply) -> Answer { Answer(content: .reply(reply)) }

    /// No value: `'None'` in SXP, as xend 2.0 wrote it.
    static var none: Answer { Answer(content: .nothing) }
    static var zero: Answer { .value("0") }

    /// Sends a browser on to a page.
    static func sentOn(to path: String) -> Answer {
        var answer = Answer.none.page { Page("See there") { p { a(.href(path)) { "Go on" } } } }
        answer.status = Status.seeOther
        answer.location = path
        return answer
    }

    /// The answer, with what a person is told of what was done.
    public func told(_ text: String) -> Answer {
        var answer = self
        answer.notice = Notice(text: text)
        return answer
    }

    /// The answer, with the page that HTML shows.
    public func page(_ page: @escaping @Sendable () -> Page) -> Answer {
        var answer = self
        answer.page = page
        return answer
    }
}

/// A list that can be shown in pages.
protocol Paged: SExpressible {
    var count: Int { get }
    func part(_ range: Range<Int>) -> any Paged
}

/// `(value…)`: the one list that begins with no name.
private struct PlainList<Value: SExpressible>: Paged {
    let values: [Value]

    var count: Int { values.count }
    func part(_ range: Range<Int>) -> any Paged { PlainList(values: Array(values[range])) }

    func describe(to sink: inout some SExpressionSink) { sink.add(expression) }
    var expression: SExpression { .list(values.map(\.expression)) }

    func write(to writer: inout SXPWriter) {
        writer.open()
        for value in values { value.write(to: &writer) }
        writer.close()
    }
}

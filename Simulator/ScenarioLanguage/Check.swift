import SExpressions

/// Something that must hold.
public struct Check: Sendable {
    public var kind: Kind
    /// nil: the first host, or that of the step it belongs to.
    public var host: String?
    public var position: SXPPosition
    public var source: LocatedSExpression

    public indirect enum Kind: Sendable {
        /// `_`: whatever the answer was.
        case anything
        case status(Pattern)
        case header(String, Pattern)
        case text(Pattern)
        case error(Pattern)
        case sxp(Pattern)
        /// An XPath expression over the answer as HTML; without a pattern something must be found.
        case xpath(String, Pattern?)
        case domain(Template, [Pattern])
        case noDomain(Template)
        case domains([Pattern])
        case events([Pattern], exactly: Bool)
        case runningOn(host: String, domain: Template)
        case memoryFree(Pattern)
        case noLeaks
        case scriptCalls(path: String, [Pattern])
        case task(domain: Template, Pattern)
        case log(Pattern)
        case file(path: Template, Pattern)
        case received(receiver: String, [Pattern])
        case open(connection: String)
        case closed(connection: String)
        case not(Check)
    }
}

import SExpressions

/// Something that must hold.
public struct Check: Sendable {
    /// What has to hold.
    public var kind: Kind
    /// nil: the first host, or that of the step it belongs to.
    public var host: String?
    /// Where it stands in its file.
    public var position: SXPPosition
    /// As it was written, for reports.
    public var source: LocatedSExpression

    /// What has to hold: of the last answer, of what is asked for anew, or of the machine itself.
    public indirect enum Kind: Sendable {
        /// `_`: whatever the answer was.
        case anything
        /// `(status P)`, of the last answer.
        case status(Pattern)
        /// `(header NAME P)`, of the last answer.
        case header(String, Pattern)
        /// `(text P)`: the body of the last answer.
        case text(Pattern)
        /// `(error P)`: the text of xend.err, or what was wrong with the connection.
        case error(Pattern)
        /// `(sxp P)`: the body of the last answer as an s-expression.
        case sxp(Pattern)
        /// An XPath expression over the answer as HTML; without a pattern something must be found.
        case xpath(String, Pattern?)
        /// `(domain D FIELD...)`, asked for anew.
        case domain(Template, [Pattern])
        /// `(no-domain D)`, asked for anew.
        case noDomain(Template)
        /// `(domains D...)`: these and no others.
        case domains([Pattern])
        /// `(events P...)`, since the last check of events.
        case events([Pattern], exactly: Bool)
        /// `(running-on HOST D)`, by the machine itself.
        case runningOn(host: String, domain: Template)
        /// `(memory-free P)`, in megabytes.
        case memoryFree(Pattern)
        /// `(no-leaks)`: nothing is left of domains that are gone.
        case noLeaks
        /// `(script-calls PATH P...)`.
        case scriptCalls(path: String, [Pattern])
        /// `(task D P)`: the newest one of the domain.
        case task(domain: Template, Pattern)
        /// `(log P)`: xend's log.
        case log(Pattern)
        /// `(file PATH P)`: its contents.
        case file(path: Template, Pattern)
        /// `(received NAME P...)`: what a receiver of notifications got.
        case received(receiver: String, [Pattern])
        /// `(open NAME)`: the connection is there.
        case open(connection: String)
        /// `(closed NAME)`: the other end has closed the connection.
        case closed(connection: String)
        /// `(not CHECK)`.
        case not(Check)
    }
}

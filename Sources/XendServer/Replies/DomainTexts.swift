import DomainLifecycle
import DomainModel
import SExpressions
import Synchronization

/// The texts of the domains that were listed last: of thousands hardly one has changed when they are listed again.
final class DomainTexts: Sendable {
    /// Bytes of most texts: the room that is made for each.
    private static let usualSize = 600

    private let texts = Mutex<[DomainUUID: DomainText]>([:])

    /// Writes `(DOMAIN…)`.
    func write(_ domains: [ListedDomain], to writer: inout SXPWriter) {
        texts.withLock { texts in
            // Those that are gone go with the others: twice as many are kept at most.
            if texts.count > 2 * domains.count { texts = [:] }
            writer.reserve(domains.count * Self.usualSize)
            writer.open()
            for domain in domains {
                if let text = texts[domain.uuid], text.isStillTrue(of: domain) {
                    text.write(domain, into: &writer)
                } else {
                    let text = DomainText(domain)
                    text.write(domain, into: &writer)
                    texts[domain.uuid] = text
                }
            }
            writer.close()
        }
    }
}

/// Domains with everything about each.
struct DomainList: Paged {
    let domains: [ListedDomain]
    let texts: DomainTexts

    var count: Int { domains.count }
    func part(_ range: Range<Int>) -> any Paged { DomainList(domains: Array(domains[range]), texts: texts) }

    func describe(to sink: inout some SExpressionSink) { sink.add(expression) }
    var expression: SExpression { .list(domains.map(\.information.expression)) }
    func write(to writer: inout SXPWriter) { texts.write(domains, to: &writer) }
}

import SExpressions

/// The text of a domain's information, kept from one list to the next: only its times are written anew.
public struct DomainText: Sendable {
    /// What the text says.
    private let domain: ListedDomain
    private let beginning: [UInt8]
    private let rest: [UInt8]

    /// - Parameter domain: that is shown.
    public init(_ domain: ListedDomain) {
        self.domain = domain
        let information = domain.information
        var writer = SXPWriter()
        writer.open("domain")
        information.describeBeginning(to: &writer)
        beginning = writer.take()
        information.describeRest(to: &writer)
        writer.close()
        rest = writer.take()
    }

    /// Whether it says what is to be said of a domain, but for its times.
    public func isStillTrue(of domain: ListedDomain) -> Bool { domain.isAs(self.domain) }

    /// Appends what the information of a domain appends of which the text is still true.
    public func write(_ domain: ListedDomain, into writer: inout SXPWriter) {
        writer.add(text: beginning)
        domain.times.describe(to: &writer)
        writer.add(text: rest)
    }
}

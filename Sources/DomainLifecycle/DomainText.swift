import SExpressions

/// The text of a domain's information, kept from one question to the next: only its times are written anew.
public struct DomainText: Sendable {
    /// What the text says.
    private var information: DomainInformation
    private let beginning: [UInt8]
    private let rest: [UInt8]

    /// - Parameter information: of the domain that is shown.
    public init(_ information: DomainInformation) {
        self.information = information
        var writer = SXPWriter()
        writer.open("domain")
        information.describeBeginning(to: &writer)
        beginning = writer.take()
        information.describeRest(to: &writer)
        writer.close()
        rest = writer.take()
    }

    /// Appends what `information.write(into:)` appends.
    public mutating func write(_ information: DomainInformation, into writer: inout SXPWriter) {
        self.information.cpuTime = information.cpuTime
        self.information.upTime = information.upTime
        if self.information != information { self = DomainText(information) }
        writer.add(text: beginning)
        information.describeTimes(to: &writer)
        writer.add(text: rest)
    }
}

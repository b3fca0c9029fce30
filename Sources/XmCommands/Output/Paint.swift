import XendClient

/// Colours, where a terminal shows them; elsewhere text stays what it is.
struct Paint {
    /// Whether there are any.
    let isOn: Bool

    private enum Colour: String {
        case bold = "1"
        case red = "31"
        case green = "32"
        case yellow = "33"
    }

    /// A line of headings.
    func heading(_ text: String) -> String { painted(text, .bold) }

    /// A domain's letters of state: green while it runs or waits, yellow while it is paused, red when it has ended.
    func state(_ text: String, of domain: DomainInformation) -> String {
        let letters = domain.state ?? ""
        if letters.contains(where: { "scd".contains($0) }) { return painted(text, .red) }
        if letters.contains("p") { return painted(text, .yellow) }
        return letters.contains(where: { "rb".contains($0) }) ? painted(text, .green) : text
    }

    private func painted(_ text: String, _ colour: Colour) -> String {
        isOn ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
    }
}

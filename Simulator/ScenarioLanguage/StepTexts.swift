import DomainLifecycle
import DomainManagement

/// How the texts of the steps of xend's plans begin, and of what is done when a domain is handed over.
enum StepTexts {
    static let openings = DomainLifecycle.Step.Opening.allCases.map(\.rawValue) + HandoverDeed.allCases.map(\.rawValue)

    /// Whether a step can have this text: one of the openings, and a blank if more follows.
    static func canBe(_ text: String) -> Bool { openings.contains { text == $0 || text.hasPrefix($0 + " ") } }
}

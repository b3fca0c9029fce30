import AccessControl
import DomainLifecycle

/// What a page may offer to whoever looks at it: what the rules would refuse now, and what he may not do, is shown with the reason.
struct Offers: Sendable {
    /// By the names of operations; what is not named would be begun.
    let refusals: [String: String]
    let caller: Caller

    /// Why an operation on a domain would be refused; nil: it would be begun.
    func refusal(of operation: String) -> String? {
        if let role = Self.roles[operation], !caller.may(role) { return caller.refusal(role, of: operation) }
        return refusals[operation]
    }

    /// Naming nothing but what the configuration lists needs less: that is found out when it is asked for.
    private static let roles = Dictionary(
        OperationRule.all(of: .domain).map { ($0.name, $0.listedRole ?? $0.role) }
    ) { first, _ in first }
}

extension Exchange {
    /// What may be done now to the domain the path names.
    func offers() async -> Offers {
        Offers(refusals: (try? await service.refusals(reference)) ?? [:], caller: request.caller)
    }
}

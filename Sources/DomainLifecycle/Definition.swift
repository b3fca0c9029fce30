import DomainModel
import SExpressions

/// What makes a domain one that xend keeps whether or not it runs, also across reboots of the machine (manual, decision 16).
public struct Definition: Hashable, Sendable {
    /// It is to be started since the machine has.
    public var isDue = false
    /// Where its memory is, if it was suspended: it goes on from there when it is started.
    public var suspendedIn: String?

    /// One that does not run.
    public init() {}
}

extension Definition {
    /// As it is kept, in the record of the domain.
    var expression: SExpression {
        var fields: [SExpression] = []
        if isDue { fields.append(["due"]) }
        if let suspendedIn { fields.append(.element("suspended", suspendedIn)) }
        return .element("defined", fields)
    }

    init(_ expression: SExpression) {
        isDue = expression.child("due") != nil
        suspendedIn = expression.childText("suspended")
    }
}

extension DomainRecord {
    /// The domain as it is kept when it does not run: nothing is left of its life.
    public func shelved() -> DomainRecord {
        var record = arriving()
        record.stage = .defined
        record.nextIndex = [:]
        record.restartTime = nil
        return record
    }

    /// What is left of it when its life is over: the domain itself, if it is defined.
    public var afterwards: DomainRecord? { definition == nil ? nil : shelved() }
}

import DomainLifecycle

/// Is told of what is asked of the daemon, as it begins and as it ends: for a program that has more to do than to answer.
public protocol RequestWatcher: Sendable {
    /// Somebody asks for something.
    /// - Returns: a number for it, for `ended`.
    func began(_ request: Request) async -> Int

    /// It has been done, or not.
    /// - Parameters:
    ///   - request: what `began` has given for it.
    ///   - isChange: it changes something, if all goes well.
    ///   - failure: why it has not been done; nil: it has.
    func ended(_ request: Int, isChange: Bool, failure: OperationError?)
}

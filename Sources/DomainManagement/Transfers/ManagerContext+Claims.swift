import DomainLifecycle

extension ManagerContext {
    /// Does something while nobody else writes a save file, by whatever name, or while nobody writes it at all.
    ///
    /// - Parameters:
    ///   - isWritable: it is saved to; else it is restored from.
    ///   - user: who, in words.
    /// - Throws: what `body` throws, or who uses the file.
    func holding(
        _ backing: Backing, at path: String, isWritable: Bool, for user: String,
        _ body: () async throws(OperationError) -> OperationResult
    ) async throws(OperationError) -> OperationResult {
        let claim: BackingClaim
        do {
            claim = try table.claim(backing, for: user, isWritable: isWritable)
        } catch {
            throw OperationError(.refused, "cannot \(isWritable ? "save to" : "restore") \(path): it is \(error)")
        }
        defer { table.release(claim) }
        return try await body()
    }
}

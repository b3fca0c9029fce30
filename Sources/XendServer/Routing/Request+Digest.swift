extension Request {
    /// What it asks, as a number: of another request it is another one. Not the same in another process.
    var digest: Int {
        var hasher = Hasher()
        hasher.combine(method.rawValue)
        hasher.combine(target.segments)
        hasher.combine(form)
        hasher.combine(body)
        return hasher.finalize()
    }

    /// Whose it is, whatever connection it comes by.
    var sender: String {
        let host = caller.address?.host ?? ""
        return "\(caller.identity) \(caller.name ?? "") \(caller.credential.map { "\($0)" } ?? "") \(host)"
    }
}

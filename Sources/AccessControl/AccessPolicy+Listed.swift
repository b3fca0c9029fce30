import DomainLifecycle

extension AccessPolicy {
    /// Whether something names no file and no host but those that the configuration lists (manual, decision 14).
    public func isListed(_ asked: Asked) -> Bool {
        switch asked {
        case .domain(.save(let path, _)): path.isEmpty
        case .domains(.restore(let path, _)): isSaveFile(path)
        case .domain(.migrate(let request)): poolHosts.contains(request.destination)
        case .domain, .domains, .node: false
        }
    }

    /// Whether a file stands in the directory of saved domains itself: no way leads out of it.
    func isSaveFile(_ path: String) -> Bool {
        guard let saveDirectory, path.hasPrefix(saveDirectory + "/") else { return false }
        let name = path.dropFirst(saveDirectory.count + 1)
        return !name.isEmpty && !name.contains("/") && !name.hasPrefix(".")
    }
}

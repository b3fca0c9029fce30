extension FileStore {
    /// Replaces `path` so that a power cut at any moment leaves the old or the new contents: written beside it, synced,
    /// renamed, directory synced.
    public func replace(_ path: String, with bytes: [UInt8], durable: Bool = true) async throws(FileError) {
        let temporary = path + ".new"
        try await write(temporary, bytes)
        if durable { try await sync(temporary) }
        try await rename(temporary, to: path)
        if durable { try await syncDirectory(directory(of: path)) }
    }

    /// Removes `path`; fine when it is not there.
    public func removeIfPresent(_ path: String) async throws(FileError) {
        do {
            try await remove(path)
        } catch {
            guard error.reason == .notFound else { throw error }
        }
    }

    /// The directory part of an absolute path.
    public func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
        return String(path[..<slash])
    }
}

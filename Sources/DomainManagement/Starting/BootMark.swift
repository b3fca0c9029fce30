import HostInterface

/// The mark of a boot in `/var/xen/lastboot`.
struct BootMark: Sendable {
    let hasRebooted: Bool
    /// The kernel's boot id.
    let identifier: String
    private let current: String
    private let path: String
    private let files: any FileStore

    init(current: String, identifier: String, path: String, files: any FileStore) async {
        self.current = current
        self.identifier = identifier
        self.path = path
        self.files = files
        let saved = try? await files.read(path, limit: 4096)
        // Only a missing lastboot counts as rebooted; one that cannot be compared does too, for it is no mark of this boot.
        hasRebooted = saved.map { String(decoding: $0, as: UTF8.self).firstLine != current } ?? true
    }

    func remember() async throws(FileError) {
        guard hasRebooted else { return }
        try await files.makeDirectory(files.directory(of: path))
        try await files.replace(path, with: Array((current + "\n").utf8))
    }
}

extension String {
    fileprivate var firstLine: String { split(whereSeparator: \.isNewline).first.map(String.init) ?? "" }
}

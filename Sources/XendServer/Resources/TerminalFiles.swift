import HostInterface

/// xterm.js, where a package has installed it: then consoles in pages are real terminals, else plain text.
///
/// It is made when the package is, of what Debian has, and is no part of this program.
struct TerminalFiles: Sendable {
    /// Where it may lie, as packages and `make install` put it.
    static let directories = ["/usr/share/xend/terminal", "/usr/local/share/xend/terminal"]
    /// Bytes of one of its files; the script has 200 kB.
    private static let limit = 2 << 20

    private let files: (any FileStore)?

    /// - Parameter files: of the node.
    init(_ files: (any FileStore)?) { self.files = files }

    /// Whether both files are there.
    func areThere() async -> Bool {
        for directory in Self.directories {
            let script = try? await files?.information("\(directory)/xterm.js")
            let style = try? await files?.information("\(directory)/xterm.css")
            if script?.kind == .file, style?.kind == .file { return true }
        }
        return false
    }

    /// nil: it is not there.
    func read(_ name: String) async -> [UInt8]? {
        for directory in Self.directories {
            if let bytes = try? await files?.read("\(directory)/\(name)", limit: Self.limit) { return bytes }
        }
        return nil
    }
}

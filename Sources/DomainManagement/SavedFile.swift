import DomainLifecycle
import HostInterface
import SExpressions

/// A file in the directory of saved domains.
public struct SavedFile: Hashable, Sendable {
    /// From the root.
    public var path: String
    /// Bytes.
    public var size: UInt64
    /// Seconds since 1970.
    public var modified: Double

    public init(path: String, size: UInt64, modified: Double) {
        self.path = path
        self.size = size
        self.modified = modified
    }

    /// Without the directory.
    public var name: String { path.split(separator: "/").last.map(String.init) ?? path }

    /// More of them are no help to anybody who looks for one.
    public static let maximum = 1000

    /// Those of a directory, newest first. What begins with a dot is being written.
    /// - Throws: `failed`, when the directory cannot be read.
    public static func all(in directory: String, _ files: any FileStore) async throws(OperationError) -> [SavedFile] {
        var found: [SavedFile] = []
        do {
            for name in try await files.list(directory).prefix(2 * maximum) where !name.hasPrefix(".") {
                let path = "\(directory)/\(name)"
                guard let information = try await files.information(path), information.kind == .file else { continue }
                found.append(SavedFile(path: path, size: information.size, modified: information.modified.seconds))
                if found.count == maximum { break }
            }
        } catch {
            throw OperationError(.failed, "cannot list the saved domains: \(error)")
        }
        return found.sorted { ($1.modified, $0.name) < ($0.modified, $1.name) }
    }
}

extension SavedFile: SExpressible {
    /// `(saved (file PATH) (size BYTES) (modified SECONDS))`
    public func describe(to sink: inout some SExpressionSink) {
        sink.open("saved")
        sink.element("file", path)
        sink.element("size", "\(size)")
        sink.element("modified", "\(Int(modified))")
        sink.close()
    }
}

import Glibc
import ScenarioLanguage

/// Scenario files on the disk of whoever runs them.
public enum ScenarioFiles {
    /// Why a file or directory cannot be used.
    public struct Problem: Error, Sendable, CustomStringConvertible {
        public var description: String
    }

    /// The files that are named, and for directories the `*.sxp` in them and below, sorted by name.
    public static func find(_ paths: [String]) throws(Problem) -> [String] {
        var files: [String] = []
        for path in paths { try collect(path, isNamed: true, depth: 0, into: &files) }
        return files
    }

    /// Directories nested deeper are a loop of links.
    private static let depthLimit = 20

    private static func collect(
        _ path: String, isNamed: Bool, depth: Int, into files: inout [String]
    ) throws(Problem) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw Problem(description: "cannot read \(path): \(errorText)") }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            if isNamed || path.hasSuffix(".sxp") { files.append(path) }
            return
        }
        guard depth < depthLimit else { throw Problem(description: "\(path): directories nested too deep") }
        for name in try names(in: path) where !name.hasPrefix(".") {
            let inner = path.hasSuffix("/") ? path + name : path + "/" + name
            try collect(inner, isNamed: false, depth: depth + 1, into: &files)
        }
    }

    private static func names(in path: String) throws(Problem) -> [String] {
        guard let directory = opendir(path) else { throw Problem(description: "cannot list \(path): \(errorText)") }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                    pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                })
        }
        return names.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
    }

    /// The bytes of a file; a little more than a scenario may have, so that the reader can say that it is too long.
    public static func read(_ path: String, limit: Int = ScenarioReader.sizeLimit + 1) throws(Problem) -> [UInt8] {
        guard let file = fopen(path, "r") else { throw Problem(description: "cannot read \(path): \(errorText)") }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < limit {
            let count = fread(&piece, 1, min(piece.count, limit - bytes.count), file)
            if count == 0 { break }
            bytes += piece.prefix(count)
        }
        guard ferror(file) == 0 else { throw Problem(description: "cannot read \(path): \(errorText)") }
        return bytes
    }

    /// Writes a file, in place of one that is there.
    public static func write(_ path: String, _ bytes: [UInt8]) throws(Problem) {
        guard let file = fopen(path, "w") else { throw Problem(description: "cannot write \(path): \(errorText)") }
        let count = fwrite(bytes, 1, bytes.count, file)
        guard fclose(file) == 0, count == bytes.count else {
            throw Problem(description: "cannot write \(path): \(errorText)")
        }
    }

    /// Links are followed.
    public static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Links are followed.
    public static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    private static var errorText: String { String(cString: strerror(errno)) }
}

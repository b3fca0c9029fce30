import Glibc
import HostInterface
import SimulatedHypervisor
import Simulation

/// The files of a simulated host as one incarnation of the daemon sees them: those of the tree in memory, or for the
/// paths that are real, another store's.
struct FileStoreHandle: FileStore {
    let host: SimulatedHost
    let incarnation: Incarnation

    private var tree: FileTree { host.files }

    func read(_ path: String, limit: Int) async throws(FileError) -> [UInt8] {
        let fault = try await pass(.read, "read", path)
        if let real = host.realFiles(path) { return fault.damaged(try await real.read(path, limit: limit)) }
        let node = try tree.file("read", path)
        guard node.contents.count <= limit else { throw FileError("read", path, .tooLarge(limit: limit)) }
        return fault.damaged(node.contents)
    }

    func write(_ path: String, _ bytes: [UInt8]) async throws(FileError) {
        let fault = try await pass(.write, "write", path)
        if fault == .drop { return }
        let written = fault.torn.map { Array(bytes.prefix($0)) } ?? bytes
        if let real = host.realFiles(path) {
            try await real.write(path, written)
        } else {
            try tree.write(path, written)
        }
        try finish(fault, "write", path)
    }

    func sync(_ path: String) async throws(FileError) {
        let fault = try await pass(.fsync, "sync", path, takes: host.latencies.sync)
        if let real = host.realFiles(path) {
            try await real.sync(path)
        } else if fault != .drop {
            try tree.existing("sync", path).sync()
        }
        try finish(fault, "sync", path)
    }

    func rename(_ path: String, to target: String) async throws(FileError) {
        let fault = try await pass(.rename, "rename", target)
        if let real = host.realFiles(path) {
            try await real.rename(path, to: target)
        } else {
            try tree.rename(path, to: target)
        }
        try finish(fault, "rename", path)
    }

    func syncDirectory(_ path: String) async throws(FileError) {
        let fault = try await pass(.fsync, "sync", path, takes: host.latencies.sync)
        if let real = host.realFiles(path) {
            try await real.syncDirectory(path)
        } else if fault != .drop {
            try tree.syncDirectory(path)
        }
        try finish(fault, "sync", path)
    }

    func remove(_ path: String) async throws(FileError) {
        let fault = try await pass(.remove, "remove", path)
        if let real = host.realFiles(path) {
            try await real.remove(path)
        } else {
            try tree.remove(path)
        }
        try finish(fault, "remove", path)
    }

    func makeDirectory(_ path: String) async throws(FileError) {
        try await pass(.mkdir, "make directory", path)
        if let real = host.realFiles(path) { return try await real.makeDirectory(path) }
        try tree.makeDirectory(path)
    }

    func list(_ path: String) async throws(FileError) -> [String] {
        try await pass(.read, "list", path)
        if let real = host.realFiles(path) { return try await real.list(path) }
        let node = try tree.existing("list", path)
        return node.children.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    func information(_ path: String) async throws(FileError) -> FileInformation? {
        try await pass(.read, "look at", path)
        // Kernels are the simulated machine's, wherever other files are.
        if !host.kernels.isFile(path), let real = host.realFiles(path) {
            if let found = try await real.information(path) { return found }
        }
        guard let node = tree.find(path) else {
            // Kernels and ramdisks are not kept as bytes.
            guard host.kernels.isFile(path) else { return nil }
            return FileInformation(
                kind: .file, size: host.kernels.size(of: path), modified: SimulationClock.defaultStart)
        }
        return FileInformation(
            kind: node.kind, size: node.capacity > 0 ? node.capacity : UInt64(node.contents.count),
            modified: node.modified, identity: tree.identity(of: node))
    }

    /// A kernel is whatever the catalogue knows how to boot; files that are no kernels are found too, and fail to boot.
    func imageInformation(_ path: String) async throws(FileError) -> FileInformation? {
        if let found = try await information(path) { return found }
        guard host.kernels.exists(path) else { return nil }
        return FileInformation(kind: .file, size: 0, modified: host.clock.wallTime)
    }

    func openForAppending(_ path: String) async throws(FileError) -> any AppendableFile {
        try await pass(.open, "open", path)
        if let real = host.realFiles(path) {
            return RealFile(store: self, path: path, appending: try await real.openForAppending(path))
        }
        return OpenFile(store: self, path: path, node: try tree.open("open", path))
    }

    func openForWriting(_ path: String) async throws(FileError) -> any WritableFile {
        try await pass(.open, "open", path)
        if let real = host.realFiles(path) {
            return RealFile(store: self, path: path, writing: try await real.openForWriting(path))
        }
        let node = try tree.open("open", path)
        tree.truncate(node, to: 0)
        return OpenFile(store: self, path: path, node: node)
    }

    func openForReading(_ path: String) async throws(FileError) -> any ReadableFile {
        try await pass(.open, "open", path)
        if let real = host.realFiles(path) {
            return RealFile(store: self, path: path, reading: try await real.openForReading(path))
        }
        return OpenFile(store: self, path: path, node: try tree.file("open", path))
    }

    // MARK: Passing a point

    /// - Returns: what the caller itself must act out.
    @discardableResult
    func pass(
        _ point: FileOperation, _ action: String, _ path: String, takes latency: Duration = .zero
    ) async throws(FileError) -> FaultAction? {
        do throws(Incarnation.Obstacle) {
            return try await incarnation.pass(.disk, point.rawValue, path, takes: latency)
        } catch {
            throw FileError(action, path, FileError.Reason(error))
        }
    }

    /// Acts out a fault that comes when the operation has been done.
    func finish(_ fault: FaultAction?, _ action: String, _ path: String) throws(FileError) {
        if fault.torn != nil { throw FileError(action, path, FileError.Reason(.errno("EIO"))) }
        do throws(Incarnation.Obstacle) { try incarnation.finish(fault) } catch {
            throw FileError(action, path, FileError.Reason(error))
        }
    }
}

extension FileError.Reason {
    init(_ obstacle: Incarnation.Obstacle) {
        switch obstacle {
        case .fenced, .cancelled: self = .fenced
        case .errno(let name):
            let number = ErrnoName.number(name)
            // In the words of a real host.
            self = FileError.Reason(errno: number, text: String(cString: strerror(number)))
        }
    }
}

import HostInterface

/// What stands at a path of a simulated file system: its contents now, and what of them a power cut leaves.
final class FileNode {
    /// What would be read after a power cut.
    enum Durable {
        /// Nothing was ever synced.
        case nothing
        /// The first so many bytes of the contents as they are: the file has only grown since.
        case prefix(Int)
        /// These bytes; the file was overwritten since.
        case copy([UInt8])
    }

    let kind: FileInformation.Kind
    /// Of a symbolic link: where it leads.
    @exclusivity(unchecked) var target: String?
    /// Its number in the file system, which no other has.
    let inode: UInt64
    var contents: [UInt8] = []
    private(set) var durable = Durable.nothing
    @exclusivity(unchecked) var children: [String: FileNode] = [:]
    /// The names that a power cut leaves.
    var durableChildren: [String: FileNode] = [:]
    var modified: WallTime
    /// Of a block device, or of a file whose contents are not kept.
    var capacity: UInt64 = 0

    init(kind: FileInformation.Kind, inode: UInt64, modified: WallTime) {
        self.kind = kind
        self.inode = inode
        self.modified = modified
    }

    var isDirectory: Bool { kind == .directory }

    /// Keeps what is durable before the contents are overwritten.
    private func preserve() {
        if case .prefix(let length) = durable { durable = .copy(Array(contents.prefix(length))) }
    }

    func overwrite(_ bytes: [UInt8]) {
        preserve()
        contents = bytes
    }

    func truncate(to length: Int) {
        if case .prefix(let synced) = durable, synced <= length {} else { preserve() }
        contents.removeLast(max(0, contents.count - length))
    }

    /// Whether a power cut would leave the contents as they are.
    var isWhole: Bool {
        switch durable {
        case .nothing: contents.isEmpty
        case .prefix(let length): length == contents.count
        case .copy(let bytes): bytes == contents
        }
    }

    func sync() { durable = .prefix(contents.count) }

    /// The power fails: what was not synced is gone; with `chance`, a part of it may have got through.
    func losePower(_ chance: (() -> UInt64)?) {
        var kept: [UInt8]
        switch durable {
        case .nothing: kept = []
        case .prefix(let length): kept = Array(contents.prefix(length))
        case .copy(let bytes): kept = bytes
        }
        if let chance, contents.count > kept.count, chance() % 2 == 0 {
            let extra = Int(chance() % UInt64(contents.count - kept.count + 1))
            kept = Array(contents.prefix(kept.count + extra))
        }
        contents = kept
        durable = .prefix(kept.count)
        children = durableChildren
        for name in children.keys.sorted() { children[name]?.losePower(chance) }
    }
}

/// The file system of a simulated host, in memory. Knows which writes, names and removals a power cut would undo.
///
/// Making a directory is durable at once, as a journalling file system makes it with the first sync of anything in it.
public final class FileTree {
    let root = FileNode(kind: .directory, inode: 1, modified: WallTime(nanoseconds: 0))
    private var newestInode: UInt64 = 1
    /// Of the file system.
    private static let device: UInt64 = 0xFE00
    /// Symbolic links on the way to a file; more is a loop.
    private static let linkLimit = 40
    /// Bytes that fit; nil = any number. Beyond: `noSpace`.
    public var capacity: Int?
    private(set) var used = 0
    /// The host's calendar time.
    var now: () -> WallTime = { WallTime(nanoseconds: 0) }

    public init() {}

    // MARK: Paths

    private func parts(of path: String) -> [String] {
        path.utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }
    }

    func find(_ path: String) -> FileNode? {
        switch findPlainly(path) {
        case .node(let node): node
        case .winding: find(parts(of: path)[...])
        }
    }

    private enum PlainWay {
        case node(FileNode?)
        /// There are links, `.` or `..` in it.
        case winding
    }

    /// Where each part of the path is a name in the directory before it, as nearly always, nothing has to be remembered of the way.
    private func findPlainly(_ path: String) -> PlainWay {
        var path = path
        return path.withUTF8 { bytes in
            var node = root
            var start = 0
            while start < bytes.count {
                let end = bytes[start...].firstIndex(of: UInt8(ascii: "/")) ?? bytes.count
                defer { start = end + 1 }
                if end == start { continue }
                guard bytes[start] != UInt8(ascii: ".") else { return .winding }
                guard let next = node.children[String(decoding: bytes[start..<end], as: UTF8.self)] else {
                    return .node(nil)
                }
                guard next.target == nil else { return .winding }
                node = next
            }
            return .node(node)
        }
    }

    /// Follows links, `.` and `..`, as a kernel does.
    private func find(_ parts: ArraySlice<String>) -> FileNode? {
        var way = [root]
        var rest = Array(parts.reversed())
        var links = 0
        while let part = rest.popLast() {
            if part == "." { continue }
            if part == ".." {
                if way.count > 1 { way.removeLast() }
                continue
            }
            guard let next = way[way.count - 1].children[part] else { return nil }
            guard let target = next.target else {
                way.append(next)
                continue
            }
            links += 1
            guard links <= Self.linkLimit else { return nil }
            if target.hasPrefix("/") { way = [root] }
            rest += self.parts(of: target).reversed()
        }
        return way[way.count - 1]
    }

    func identity(of node: FileNode) -> FileIdentity { FileIdentity(device: Self.device, inode: node.inode) }

    private func make(_ kind: FileInformation.Kind) -> FileNode {
        newestInode += 1
        return FileNode(kind: kind, inode: newestInode, modified: now())
    }

    func existing(_ action: String, _ path: String) throws(FileError) -> FileNode {
        guard let node = find(path) else { throw FileError(action, path, .notFound) }
        return node
    }

    func file(_ action: String, _ path: String) throws(FileError) -> FileNode {
        let node = try existing(action, path)
        if node.isDirectory { throw FileError(action, path, .isDirectory) }
        return node
    }

    /// The directory of a path, and the last part of the path.
    private func place(_ action: String, _ path: String) throws(FileError) -> (FileNode, String) {
        let name = lastName(path)
        guard !name.isEmpty else {
            let parts = parts(of: path)
            guard let name = parts.last, let directory = find(parts.dropLast()), directory.isDirectory else {
                throw FileError(action, path, .notFound)
            }
            return (directory, name)
        }
        guard let directory = find(parentDirectory(path)), directory.isDirectory else {
            throw FileError(action, path, .notFound)
        }
        return (directory, name)
    }

    /// Whether a power cut would leave the file as it is, name and contents.
    public func isDurable(_ path: String) -> Bool {
        var node = root
        for part in path.split(separator: "/") {
            guard let next = node.children[String(part)], node.durableChildren[String(part)] === next else {
                return false
            }
            node = next
        }
        return node.isWhole
    }

    // MARK: Changes

    /// The file at `path`, made when there is none.
    func open(_ action: String, _ path: String) throws(FileError) -> FileNode {
        let (directory, name) = try place(action, path)
        if let node = find(path) {
            if node.isDirectory { throw FileError(action, path, .isDirectory) }
            return node
        }
        let node = make(.file)
        directory.children[name] = node
        return node
    }

    func write(_ path: String, _ bytes: [UInt8]) throws(FileError) {
        let node = try open("write", path)
        try reserve(bytes.count - node.contents.count, "write", path)
        node.overwrite(bytes)
        node.modified = now()
    }

    func append(_ bytes: [UInt8], to node: FileNode, _ path: String) throws(FileError) {
        try reserve(bytes.count, "append to", path)
        node.contents += bytes
        node.modified = now()
    }

    func truncate(_ node: FileNode, to length: Int) {
        used -= max(0, node.contents.count - length)
        node.truncate(to: length)
        node.modified = now()
    }

    private func reserve(_ bytes: Int, _ action: String, _ path: String) throws(FileError) {
        if let capacity, bytes > 0, used + bytes > capacity { throw FileError(action, path, .noSpace) }
        used += bytes
    }

    func rename(_ path: String, to target: String) throws(FileError) {
        let (from, oldName) = try place("rename", path)
        guard let node = from.children[oldName] else { throw FileError("rename", path, .notFound) }
        let (to, newName) = try place("rename", target)
        if let old = to.children[newName], old !== node {
            if old.isDirectory { throw FileError("rename", target, .isDirectory) }
            used -= old.contents.count
        }
        from.children[oldName] = nil
        to.children[newName] = node
    }

    func syncDirectory(_ path: String) throws(FileError) {
        let node = try existing("sync", path)
        node.durableChildren = node.children
    }

    func remove(_ path: String) throws(FileError) {
        let (directory, name) = try place("remove", path)
        guard let node = directory.children[name] else { throw FileError("remove", path, .notFound) }
        if node.isDirectory { throw FileError("remove", path, .isDirectory) }
        used -= node.contents.count
        directory.children[name] = nil
    }

    func makeDirectory(_ path: String) throws(FileError) {
        let parts = parts(of: path)
        var node = root
        for end in parts.indices {
            if let next = find(parts[...end]) {
                guard next.isDirectory else { throw FileError("make", path, .exists) }
                node = next
            } else {
                let next = make(.directory)
                node.children[parts[end]] = next
                node.durableChildren[parts[end]] = next
                node = next
            }
        }
    }

    /// The power fails. With `chance`, what was not synced may have got through in part.
    func losePower(_ chance: (() -> UInt64)?) {
        root.losePower(chance)
        used = size(of: root)
    }

    /// sync(2): everything is durable.
    public func syncAll() { syncAll(below: root) }

    private func syncAll(below node: FileNode) {
        node.sync()
        node.durableChildren = node.children
        for child in node.children.values { syncAll(below: child) }
    }

    private func size(of node: FileNode) -> Int {
        node.children.values.reduce(node.contents.count) { $0 + size(of: $1) }
    }

    // MARK: Setting up and looking, for scenarios and tests

    /// Puts a file there, durable, with the directories above it.
    public func install(_ path: String, _ bytes: [UInt8]) {
        do throws(FileError) {
            try makeDirectory(parentDirectory(path))
            try write(path, bytes)
            try file("sync", path).sync()
            try syncDirectory(parentDirectory(path))
        } catch {
            preconditionFailure("\(error)")
        }
    }

    /// Puts a file of that size there, of whose contents nothing is kept: a disk image.
    public func installSparse(_ path: String, size: UInt64) {
        install(path, [])
        find(path)?.capacity = size
    }

    /// Puts a symbolic link there, durable, with the directories above it.
    public func install(_ path: String, linkTo target: String) {
        let link = make(.other)
        link.target = target
        put(link, at: path)
    }

    /// Gives a file that is there another name. Nothing happens when there is none.
    public func install(_ path: String, sameAs other: String) {
        if let node = find(other), !node.isDirectory { put(node, at: path) }
    }

    private func put(_ node: FileNode, at path: String) {
        try? makeDirectory(parentDirectory(path))
        guard let directory = find(parentDirectory(path)) else { return }
        directory.children[lastName(path)] = node
        directory.durableChildren[lastName(path)] = node
    }

    /// Takes a file away, if it is there.
    public func uninstall(_ path: String) {
        let directory = find(parentDirectory(path))
        directory?.children[lastName(path)] = nil
        directory?.durableChildren[lastName(path)] = nil
    }

    /// The contents of a file, as a program on the host would see them now; nil when there is none.
    public func contents(_ path: String) -> [UInt8]? {
        guard let node = find(path), !node.isDirectory else { return nil }
        return node.contents
    }

    /// Whether something stands at `path`.
    public func exists(_ path: String) -> Bool { find(path) != nil }

    func install(blockDevice number: UInt32, at path: String, capacity: UInt64) {
        let node = make(.blockDevice(number: number))
        node.capacity = capacity
        put(node, at: path)
    }
}

/// The directory part of an absolute path.
func parentDirectory(_ path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), slash != path.startIndex else { return "/" }
    return String(path[..<slash])
}

/// The last part of a path.
func lastName(_ path: String) -> String {
    path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[path.utf8.index(after: $0)...]) } ?? path
}

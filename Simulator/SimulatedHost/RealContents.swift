/// Real files of a simulated host, seen from outside of the simulation.
public protocol RealContents: Sendable {
    /// nil when there is no such file.
    func contents(_ path: String) -> [UInt8]?
    /// Puts a file there, in place of one that is there.
    func install(_ path: String, _ bytes: [UInt8])
}

/// A host whose files are all simulated.
struct NoRealContents: RealContents {
    func contents(_ path: String) -> [UInt8]? { nil }
    func install(_ path: String, _ bytes: [UInt8]) {}
}

extension SimulatedHost {
    /// What a file of this host contains, wherever it is kept; nil when there is none.
    public func contents(_ path: String) -> [UInt8]? {
        realFiles(path) == nil ? files.contents(path) : realContents.contents(path)
    }

    /// Puts a file on this host, where such a file is kept.
    public func install(_ path: String, _ bytes: [UInt8]) {
        if realFiles(path) == nil { files.install(path, bytes) } else { realContents.install(path, bytes) }
    }
}

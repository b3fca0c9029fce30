import HostInterface

/// Why a save file cannot be written, read or used.
public struct SaveFileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong with it.
    public enum Reason: Hashable, Sendable {
        /// It begins like nothing we know, or like another toolstack's file.
        case foreign(String)
        /// Of a later xend, with this version of the format.
        case newerVersion(UInt32)
        /// Cut short, changed, or never right.
        case damaged(String)
        /// The disk's fault, or the path's.
        case file(FileError)
    }
    /// Of the save file.
    public var path: String
    /// What is wrong with it.
    public var reason: Reason

    public init(_ path: String, _ reason: Reason) {
        self.path = path
        self.reason = reason
    }

    public var description: String {
        switch reason {
        case .foreign(let what): "\(path) is no save file of xend: \(what)"
        case .newerVersion(let version):
            "\(path) was written by a newer xend (format \(version); this one reads format \(SaveFileLayout.version))"
        case .damaged(let why): "\(path) is damaged: \(why)"
        case .file(let error): "\(error)"
        }
    }
}

import Glibc
import HostInterface
import SystemPackage

extension FileError {
    /// The error for a file that has been closed.
    static func closed(_ action: String, _ path: String) -> FileError {
        FileError(action, path, Errno.badFileDescriptor)
    }

    /// The error for an errno of the system.
    init(_ action: String, _ path: String, _ errno: Errno) {
        self.init(action, path, FileError.Reason(errno: errno.rawValue, text: errno.description))
    }
}

/// Runs a call of swift-system and gives its errno the action and path it belongs to.
@discardableResult
func attempt<Value>(_ action: String, _ path: String, _ body: () throws -> Value) throws(FileError) -> Value {
    do {
        return try body()
    } catch let error as TooLarge {
        throw FileError(action, path, .tooLarge(limit: error.limit))
    } catch let errno as Errno {
        throw FileError(action, path, errno)
    } catch {
        throw FileError(action, path, .system(errno: 0, text: "\(error)"))
    }
}

/// The result of a call of the C library that answers -1 and sets errno; interrupted calls are repeated.
@discardableResult
func check<Value: SignedInteger>(_ body: () -> Value) throws(Errno) -> Value {
    while true {
        let result = body()
        if result != -1 { return result }
        let error = Errno(rawValue: errno)
        if error != .interrupted { throw error }
    }
}

import NIOCore
import NIOPosix
import Synchronization

/// The event loops under the sockets: those that NIO has for everybody, until there is one that does all.
final class SocketLoops: Sendable {
    private let own = Mutex<(any EventLoop)?>(nil)

    func use(_ loop: any EventLoop) { own.withLock { $0 = loop } }

    var group: any EventLoopGroup { own.withLock { $0 } ?? MultiThreadedEventLoopGroup.singleton }
}

import NIOCore
import NIOPosix

/// A moment of real time, for those who wait for what happens outside the simulation.
enum Nap {
    static func short() async {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        // The loop of the process lives as long as the process: it cannot fail.
        try? await loop.scheduleTask(in: .microseconds(200)) {}.futureResult.get()
    }
}

import XendTesting

/// A connection that was refused: it has ended.
final class NoStream: ByteStream {
    var received: [UInt8] { [] }
    var isEnded: Bool { true }
    func send(_ bytes: [UInt8]) {}
    func close() {}
}

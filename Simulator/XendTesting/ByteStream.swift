/// A connection as a scenario's client has it: what came, what is to go.
package protocol ByteStream: AnyObject {
    /// Everything that was received.
    var received: [UInt8] { get }
    /// Nothing more will come: the other side has finished, or the connection is lost.
    var isEnded: Bool { get }
    func send(_ bytes: [UInt8])
    func close()
}

import NIOCore

/// What one client may cost. Each limit has a default and its reason.
public struct HTTPLimits: Sendable {
    /// Bytes of a request's body. A configuration with 256 devices is 30 KB; nothing larger is meant for xend.
    public var body = 1 << 20
    /// Bytes of the body of who may change nothing: a question's form fits.
    public var strangersBody = 4 << 10
    /// Bytes of all bodies together that are being received or answered.
    public var allBodies = 64 << 20
    /// Bytes of one header field, and of the request line. A file name of 4 KiB, percent-encoded, fits.
    public var headerField = 16 << 10
    /// Bytes of all header fields of a request.
    public var headerList = 64 << 10
    /// Number of header fields of a request: a browser sends about 20.
    public var headerFields = 100
    /// Number of parts of a multipart body, and of fields of a url-encoded one. The largest form has 8.
    public var fields = 256
    /// Open connections, readers of events included. Each costs a file descriptor and about 20 KB. One more takes the place of
    /// the one that has kept us waiting longest.
    public var connections = 5000
    /// From the opening, or from the last answer, to the next request's head. Longer than a browser keeps an idle
    /// connection, so that it is the browser that closes it.
    public var idle = TimeAmount.seconds(120)
    /// From the first byte of a request to its last: a megabyte over the slowest line.
    public var request = TimeAmount.seconds(60)
    /// From the first byte of an answer to its last, and for each event: who reads slower is cut off.
    public var answer = TimeAmount.seconds(60)
    /// How long input is thrown away after an error, so that the client can read why.
    public var linger = TimeAmount.seconds(2)
    /// A comment is sent to readers of events when nothing happens for so long: it finds those that are gone.
    public var heartbeat = TimeAmount.seconds(15)

    public init() {}
}

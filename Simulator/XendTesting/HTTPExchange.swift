import ScenarioLanguage
import XendClient

/// One request on a connection of its own, as the 2.0 client makes it.
package final class HTTPExchange {
    private let stream: any ByteStream
    private var parser: ResponseParser
    private var taken = 0
    package private(set) var answer: Answer?
    /// Why there is no answer.
    package private(set) var problem: String?

    package init(_ request: WireRequest, on stream: any ByteStream, hostHeader: String) {
        self.stream = stream
        let request = request.request(host: hostHeader)
        parser = ResponseParser(to: request.method)
        stream.send(request.bytes)
    }

    /// Takes what has come; true when that is all.
    package func poll() -> Bool {
        // Asked first: what comes between the two questions is not lost.
        let isEnded = stream.isEnded
        do throws(XendError) {
            try take(stream.received, isEnd: isEnded)
        } catch {
            problem = error.description
        }
        guard answer != nil || problem != nil else { return false }
        stream.close()
        return true
    }

    private func take(_ received: [UInt8], isEnd: Bool) throws(XendError) {
        guard answer == nil, problem == nil else { return }
        if received.count > taken { answer = try parser.feed(received[taken...]) }
        taken = received.count
        guard isEnd, answer == nil else { return }
        answer = try parser.finish()
        if answer == nil { problem = "the connection was closed without an answer" }
    }
}

import ScenarioLanguage

/// Users of a world: requests over HTTP, byte for byte as they would come from a socket.
extension ScenarioWorld {
    /// Sends a request to the daemon of a host and lets time move until it is answered.
    /// - Parameters:
    ///   - method: `GET`, `POST`, or any other.
    ///   - path: with the query, as it goes over the wire.
    ///   - form: fields, url-encoded as a body.
    ///   - headers: beside those that every client sends. Without an `Accept` for anything else the answer is SXP.
    ///   - host: whose daemon is asked, by name.
    /// - Throws: when nobody listens, the connection breaks, or no answer comes within an hour.
    public func request(
        _ method: String, _ path: String, form: [(name: String, value: String)] = [],
        headers: [(name: String, value: String)] = [], to host: String
    ) throws(ScenarioFailure) -> Answer {
        var request = form.isEmpty ? WireRequest.get(path) : WireRequest.post(path, form)
        request.method = method
        request.headers += headers
        let exchange = HTTPExchange(request, on: try openHTTP(host, from: nil), hostHeader: hostHeader(host))
        guard run(until: { exchange.poll() }, limit: WireRequest.patience) else {
            throw ScenarioFailure("\(method) \(path) on \(host) was not answered within an hour")
        }
        guard let answer = exchange.answer else {
            throw ScenarioFailure("\(method) \(path) on \(host): \(exchange.problem ?? "no answer")")
        }
        return answer
    }

    /// - Parameter origin: the address it comes from, or a user of this very machine; nil: root there.
    package func openHTTP(_ host: String, from origin: String?) throws(ScenarioFailure) -> any ByteStream {
        guard let connection = http(host)?.connect(port: nil, from: origin) else {
            throw .refused(by: host)
        }
        return connection
    }

    package func hostHeader(_ host: String) -> String { "localhost:\(http(host)?.port ?? 8000)" }
}

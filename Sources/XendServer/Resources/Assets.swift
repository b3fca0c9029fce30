import DomainLifecycle

/// The pages' style and script: no others are loaded.
enum Assets {
    static func style(_ exchange: Exchange) async throws(Failure) -> Answer {
        .reply(reply(Stylesheet.text, "text/css; charset=utf-8"))
    }

    static func script(_ exchange: Exchange) async throws(Failure) -> Answer {
        .reply(reply(LiveScript.text, "text/javascript; charset=utf-8"))
    }

    static func consoleScript(_ exchange: Exchange) async throws(Failure) -> Answer {
        .reply(reply(ConsoleScript.text, "text/javascript; charset=utf-8"))
    }

    /// A file of the terminal, where there is one.
    static func terminal(_ name: String, _ contentType: String) -> Resource.Handler {
        { exchange throws(Failure) in
            guard let bytes = await TerminalFiles(exchange.configuration.files).read(name) else {
                throw Failure(status: Status.notFound, OperationError(.notFound, "\(name) is not installed"))
            }
            return .reply(reply(bytes, contentType))
        }
    }

    static func icon(_ exchange: Exchange) async throws(Failure) -> Answer {
        .reply(reply(Icon.file, "image/svg+xml"))
    }

    /// Kept for a short while only, so that an upgraded daemon's pages get theirs.
    private static func reply(_ text: String, _ contentType: String) -> Reply { reply(Array(text.utf8), contentType) }

    private static func reply(_ bytes: [UInt8], _ contentType: String) -> Reply {
        Reply(
            contentType: contentType, body: bytes,
            headers: [("Cache-Control", "max-age=60"), ("X-Content-Type-Options", "nosniff")])
    }
}

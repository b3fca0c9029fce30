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

    static func icon(_ exchange: Exchange) async throws(Failure) -> Answer {
        .reply(reply(Icon.file, "image/svg+xml"))
    }

    /// Kept for a short while only, so that an upgraded daemon's pages get theirs.
    private static func reply(_ text: String, _ contentType: String) -> Reply {
        Reply(
            contentType: contentType, body: Array(text.utf8),
            headers: [("Cache-Control", "max-age=60"), ("X-Content-Type-Options", "nosniff")])
    }
}

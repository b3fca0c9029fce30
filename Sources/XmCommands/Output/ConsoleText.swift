// `xm consoles`.

import XendClient

/// Lines of the list of consoles.
enum ConsoleText {
    static let heading = "Dom Port  Id Connection"

    static func line(_ console: ConsoleInformation) -> String {
        func text(_ number: Int?) -> String { number.map(String.init) ?? "?" }
        let peer = console.peer.map { "\($0.host):\($0.port)" } ?? ""
        return text(console.domain).aligned(right: 3) + " " + text(console.port).aligned(right: 4) + " "
            + text(console.id).aligned(right: 3) + " " + peer
    }
}

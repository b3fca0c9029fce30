import SExpressions
import XendClient

/// `xm call`: any function of the client interface, by its name of 2004.
enum CallCommand {
    private static let callOptions = [
        XmOption("xend", "x", value: "HOST:PORT", "Call that xend instead."),
        XmOption("debug", "d", "Accepted and without effect."),
        XmOption("asynch", "a", "Accepted and without effect."),
    ]

    static let call = XmCommand(
        name: "call", group: .all, arguments: "[options] [FUNCTION ARGS...]",
        summary: "Call a function of xend's interface.",
        details: "Calls a function of the client interface and prints its result. The xend_ before its name may be\n"
            + "left out; without FUNCTION the names below the root are printed. A configuration or an event is the\n"
            + "name of a file. Functions:\n\n" + ClientFunction.all.map { "  \($0.usage)\n" }.joined(),
        options: callOptions, order: .optionsFirst
    ) { session, invocation throws(XmFailure) in
        let parsed = try invocation.parsed(callOptions, .optionsFirst)
        let client = try session.client(at: parsed.value("xend"))
        var words = parsed.words[...]
        let name = words.popFirst() ?? "xend"
        do throws(CallFailure) {
            let function = try ClientFunction.named(name)
            let arguments = try function.arguments(Array(words), session.host)
            let reply: XendReply
            do throws(XendError) {
                reply = try await client.perform(function.call(arguments))
            } catch {
                if case .unreachable(let text) = error { throw CallFailure(text: text, isConnection: true) }
                throw CallFailure(text: error.description)
            }
            session.host.write(text(of: function.isSilent ? .nothing : reply))
        } catch {
            if error.isConnection { throw .unreachable(error.text) }
            session.print("ERROR: \(error.text)")
            throw .exit(1)
        }
    }

    private static func text(of reply: XendReply) -> String {
        switch reply {
        case .nothing: "'None'\n"
        case .expression(let value): value.atom == nil ? value.pretty() : value.description + "\n"
        case .text(let text): SExpression.atom(text).description + "\n"
        }
    }
}

extension XmSession {
    fileprivate func client(at server: String?) throws(XmFailure) -> XendClient {
        guard let server else { return client }
        do throws(XendError) {
            let address = try XendAddress(server: server, root: client.address.root)
            return XendClient(address: address, transport: try SocketTransport(address: address))
        } catch {
            throw XmFailure(error)
        }
    }
}

/// Why a call was not made or failed; it is told on standard output, as the original did.
struct CallFailure: Error {
    var text: String
    var isConnection = false
}

/// A function of the client interface.
struct ClientFunction: Sendable {
    /// A parameter: a text, or a file that is uploaded.
    enum Parameter: Sendable {
        case text(String)
        case file(String)
        /// A text that may be left out at the end.
        case optional(String)
    }

    var name: String
    var parameters: [Parameter]
    /// The original's function forgot to return the result.
    var isSilent = false
    var call: @Sendable ([XendCall.Argument]) -> XendCall

    /// The function with that name, with or without `xend_`.
    static func named(_ name: String) throws(CallFailure) -> ClientFunction {
        let full = name.hasPrefix("xend") ? name : "xend_" + name
        guard let function = all.first(where: { $0.name == full }) else {
            throw CallFailure(text: "there is no function \(full); xm help call lists them")
        }
        return function
    }

    /// `xend_domain_pause DOM`.
    var usage: String {
        let words = parameters.map { parameter in
            switch parameter {
            case .text(let name): name
            case .file(let name): name + "-FILE"
            case .optional(let name): "[\(name)]"
            }
        }
        return ([name] + words).joined(separator: " ")
    }

    /// The arguments that the words are.
    func arguments(_ words: [String], _ host: any XmHost) throws(CallFailure) -> [XendCall.Argument] {
        guard words.count <= parameters.count else { throw CallFailure(text: "usage: \(usage)") }
        var arguments: [XendCall.Argument] = []
        for (index, parameter) in parameters.enumerated() {
            let word: String? = index < words.count ? words[index] : nil
            switch (parameter, word) {
            case (.text, let word?), (.optional, let word?): arguments.append(.text(word))
            case (.optional, nil): break
            case (.file, let word?): arguments.append(.file(name: word, content: try ClientFunction.read(word, host)))
            case (.text, nil), (.file, nil): throw CallFailure(text: "usage: \(usage)")
            }
        }
        return arguments
    }

    private static func read(_ path: String, _ host: any XmHost) throws(CallFailure) -> [UInt8] {
        do throws(XmFailure) {
            return try host.readFile(path)
        } catch {
            if case .error(let text) = error { throw CallFailure(text: text) }
            throw CallFailure(text: "cannot read \(path)")
        }
    }
}

import HostInterface
import HypervisorInterface
import LibxlForm
import Migration
import SExpressions

/// image-info and image-stream: what is in a file that save has written. Neither asks xend.
enum ImageCommands {
    static let imageInfo = XmCommand(
        name: "image-info", group: .domain, isOriginal: false, arguments: "FILE",
        summary: "Show what a saved domain's file contains.",
        details:
            "Reads all of FILE, which save wrote, and prints its header and what its image consists of. A file that\n"
            + "is damaged is an error. Xend need not run.",
        options: [CommonOption.json], completes: .files
    ) { session, invocation throws(XmFailure) in
        let (path, isJSON) = try invocation.onlyWord()
        let file = try session.host.openFile(path)
        let found: SExpression
        do {
            found = try await SaveFileInspection.information(path, file: file)
        } catch {
            throw .error("\(error)")
        }
        if isJSON { return session.print(JSONText(fieldsOf: found).text()) }
        session.host.write(found.pretty())
    }

    static let imageStream = XmCommand(
        name: "image-stream", group: .domain, isOriginal: false, arguments: "FILE",
        summary: "Write a saved domain's image to standard output.",
        details: "Writes the bare libxc stream in FILE, which save wrote, to standard output, for Xen's own tools:\n\n"
            + "  xm image-stream web.save | verify-stream-v2\n\nXend need not run.",
        completes: .files
    ) { session, invocation throws(XmFailure) in
        let path = try invocation.words(1...1)[0]
        guard !session.host.outputIsTerminal else {
            throw .error("\(invocation.word): an image is nothing for a terminal; redirect it to a file or a program")
        }
        let file = try session.host.openFile(path)
        do {
            try await SaveFileInspection.stream(path, file: file, to: StandardOutput(host: session.host))
        } catch {
            throw (error as? XmFailure) ?? .error("\(error)")
        }
    }
}

/// Standard output as a place for an image.
private struct StandardOutput: ImageOutput {
    let host: any XmHost
    func write(_ bytes: [UInt8]) async throws { try host.write(bytes) }
}

import WebText

/// A piece of a page.
///
/// Text and attribute values are escaped when they are written, and names of tags and attributes come from the source
/// alone: nothing that came from outside can become markup.
public indirect enum HTML: Sendable {
    /// Escaped when it is written.
    case text(String)
    /// A tag with what is in it.
    case element(StaticString, [Attribute], [HTML])
    /// One after the other, without a tag around.
    case group([HTML])

    /// `NAME="VALUE"`.
    public struct Attribute: Sendable {
        let name: StaticString
        /// nil: the attribute stands without a value.
        let value: String?

        public init(_ name: StaticString, _ value: String?) {
            self.name = name
            self.value = value
        }
    }

    /// Writes nothing.
    public static let nothing = HTML.group([])
}

extension HTML {
    /// Elements without content and end tag.
    private static let void: [StaticString] = ["br", "input", "link", "meta"]

    func write(into bytes: inout [UInt8]) {
        switch self {
        case .text(let text):
            Self.escape(text, into: &bytes)
        case .group(let pieces):
            for piece in pieces { piece.write(into: &bytes) }
        case .element(let tag, let attributes, let content):
            Self.append("<", tag, to: &bytes)
            for attribute in attributes { attribute.write(into: &bytes) }
            bytes.append(UInt8(ascii: ">"))
            guard !Self.isVoid(tag) else { return }
            for piece in content { piece.write(into: &bytes) }
            Self.append("</", tag, to: &bytes)
            bytes.append(UInt8(ascii: ">"))
        }
    }

    private static func isVoid(_ tag: StaticString) -> Bool {
        void.contains { $0.description == tag.description }
    }

    fileprivate static func append(_ prefix: StaticString, _ text: StaticString, to bytes: inout [UInt8]) {
        prefix.withUTF8Buffer { bytes.append(contentsOf: $0) }
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    fileprivate static func escape(_ text: String, into bytes: inout [UInt8]) {
        WebText.appendHTML(Displayable.text(text), to: &bytes)
    }
}

extension HTML.Attribute {
    fileprivate func write(into bytes: inout [UInt8]) {
        HTML.append(" ", name, to: &bytes)
        guard let value else { return }
        bytes.append(contentsOf: "=\"".utf8)
        HTML.escape(value, into: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }
}

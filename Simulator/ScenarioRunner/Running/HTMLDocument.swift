import CLibXML2

/// A page as libxml2 understands it, to be asked with XPath.
final class HTMLDocument {
    private let document: htmlDocPtr

    /// nil when there is nothing to parse.
    init?(_ bytes: [UInt8]) {
        let options = Int32(
            HTML_PARSE_RECOVER.rawValue | HTML_PARSE_NOERROR.rawValue | HTML_PARSE_NOWARNING.rawValue
                | HTML_PARSE_NONET.rawValue)
        let parsed = bytes.withUnsafeBytes { buffer in
            htmlReadMemory(
                buffer.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(clamping: buffer.count), nil, "UTF-8",
                options)
        }
        guard let parsed else { return nil }
        document = parsed
    }

    deinit { xmlFreeDoc(document) }

    /// The text of each node that an expression finds, blanks joined; for a number, a text or a truth that is not "false" that alone.
    func evaluate(_ expression: String) -> [String] {
        guard let context = xmlXPathNewContext(document) else { return [] }
        defer { xmlXPathFreeContext(context) }
        context.pointee.error = { _, _ in }
        guard let object = xmlXPathEvalExpression(expression, context) else { return [] }
        defer { xmlXPathFreeObject(object) }
        switch object.pointee.type {
        case XPATH_NODESET: return nodes(object.pointee.nodesetval)
        case XPATH_BOOLEAN: return object.pointee.boolval == 0 ? [] : ["true"]
        default:
            guard let text = xmlXPathCastToString(object) else { return [] }
            defer { xml_text_free(text) }
            return [Self.joined(String(cString: text))]
        }
    }

    private func nodes(_ set: xmlNodeSetPtr?) -> [String] {
        guard let set, set.pointee.nodeNr > 0, let table = set.pointee.nodeTab else { return [] }
        return (0..<Int(set.pointee.nodeNr)).compactMap { index in
            guard let text = xmlNodeGetContent(table[index]) else { return nil }
            defer { xml_text_free(text) }
            return Self.joined(String(cString: text))
        }
    }

    private static func joined(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}

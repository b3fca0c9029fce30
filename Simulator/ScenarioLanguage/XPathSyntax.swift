import CLibXML2

/// Asks libxml2 whether it can read an XPath expression.
enum XPathSyntax {
    /// Longer ones are refused: libxml2 parses by recursion.
    static let limit = 1000

    /// What is wrong; nil when nothing is.
    static func problem(of expression: String) -> String? {
        guard expression.utf8.count <= limit else { return "it is longer than \(limit) bytes" }
        // The expression alone, without a document; libxml2 would print its complaint to standard error.
        guard let context = xmlXPathNewContext(nil) else { return "libxml2 has no memory" }
        defer { xmlXPathFreeContext(context) }
        context.pointee.error = { _, _ in }
        guard let compiled = xmlXPathCtxtCompile(context, expression) else {
            return "libxml2 cannot parse it"
        }
        xmlXPathFreeCompExpr(compiled)
        return nil
    }
}

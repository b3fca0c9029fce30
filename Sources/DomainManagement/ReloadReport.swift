import SExpressions

/// What came of reading the configuration again.
public struct ReloadReport: Hashable, Sendable, SExpressible {
    /// Keys whose new values count from now on.
    public var changed: [String]
    /// Keys whose new values count from the next start on.
    public var later: [String]
    /// What is to be said of the file, with its places.
    public var warnings: [String]

    /// - Parameters:
    ///   - changed: keys whose new values count from now on.
    ///   - later: keys whose new values count from the next start on.
    ///   - warnings: what is to be said of the file.
    public init(changed: [String] = [], later: [String] = [], warnings: [String] = []) {
        self.changed = changed
        self.later = later
        self.warnings = warnings
    }

    /// `(reloaded (changed KEY...) (later KEY...))`; the warnings come back as those of every answer.
    public func describe(to sink: inout some SExpressionSink) {
        sink.open("reloaded")
        for (name, keys) in [("changed", changed), ("later", later)] {
            sink.add(SExpression.element(name, keys.map(SExpression.atom)))
        }
        sink.close()
    }

    /// In words, for a log.
    public var text: String {
        let now = changed.isEmpty ? "nothing of it has changed that can" : "changed: \(changed.joined(separator: ", "))"
        return later.isEmpty ? now : "\(now); only from the next start on: \(later.joined(separator: ", "))"
    }
}

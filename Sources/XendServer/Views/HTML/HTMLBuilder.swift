/// Lets pages be written in the order in which they are read.
@resultBuilder
public enum HTMLBuilder {
    public static func buildExpression(_ html: HTML) -> HTML { html }
    public static func buildExpression(_ text: String) -> HTML { .text(text) }
    public static func buildExpression(_ pieces: [HTML]) -> HTML { .group(pieces) }
    public static func buildBlock(_ pieces: HTML...) -> HTML { pieces.count == 1 ? pieces[0] : .group(pieces) }
    public static func buildOptional(_ html: HTML?) -> HTML { html ?? .nothing }
    public static func buildEither(first html: HTML) -> HTML { html }
    public static func buildEither(second html: HTML) -> HTML { html }
    public static func buildArray(_ pieces: [HTML]) -> HTML { .group(pieces) }
}

/// Any element.
public func tag(_ name: StaticString, _ attributes: [HTML.Attribute], @HTMLBuilder _ content: () -> HTML) -> HTML {
    .element(name, attributes, [content()])
}

// The elements that xend's pages are made of, as functions. All of them are HTML 4 too, so that any parser knows them.

func a(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("a", attributes, content)
}
func body(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("body", attributes, content)
}
func button(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("button", attributes, content)
}
func code(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("code", attributes, content)
}
func dd(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("dd", attributes, content)
}
func div(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("div", attributes, content)
}
func dl(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("dl", attributes, content)
}
func dt(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("dt", attributes, content)
}
func em(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("em", attributes, content)
}
func fieldset(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("fieldset", attributes, content)
}
func form(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("form", attributes, content)
}
func h1(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("h1", attributes, content)
}
func h2(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("h2", attributes, content)
}
func h3(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("h3", attributes, content)
}
func head(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("head", attributes, content)
}
func html(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("html", attributes, content)
}
func label(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("label", attributes, content)
}
func legend(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("legend", attributes, content)
}
func li(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("li", attributes, content)
}
func option(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("option", attributes, content)
}
func p(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("p", attributes, content)
}
func pre(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("pre", attributes, content)
}
func select(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("select", attributes, content)
}
func span(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("span", attributes, content)
}
func strong(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("strong", attributes, content)
}
func table(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("table", attributes, content)
}
func tbody(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("tbody", attributes, content)
}
func td(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("td", attributes, content)
}
func textarea(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("textarea", attributes, content)
}
func th(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("th", attributes, content)
}
func thead(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("thead", attributes, content)
}
func title(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("title", attributes, content)
}
func tr(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("tr", attributes, content)
}
func ul(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("ul", attributes, content)
}
func br(_ attributes: HTML.Attribute...) -> HTML { .element("br", attributes, []) }
func input(_ attributes: HTML.Attribute...) -> HTML { .element("input", attributes, []) }
func link(_ attributes: HTML.Attribute...) -> HTML { .element("link", attributes, []) }
func meta(_ attributes: HTML.Attribute...) -> HTML { .element("meta", attributes, []) }

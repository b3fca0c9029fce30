// The elements that xend's pages are made of, as functions. All of them are HTML 4 too, so that any parser knows them.

package func a(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("a", attributes, content)
}
package func body(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("body", attributes, content)
}
package func button(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("button", attributes, content)
}
package func code(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("code", attributes, content)
}
package func dd(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("dd", attributes, content)
}
package func div(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("div", attributes, content)
}
package func dl(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("dl", attributes, content)
}
package func dt(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("dt", attributes, content)
}
package func em(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("em", attributes, content)
}
package func fieldset(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("fieldset", attributes, content)
}
package func form(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("form", attributes, content)
}
package func h1(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("h1", attributes, content)
}
package func h2(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("h2", attributes, content)
}
package func h3(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("h3", attributes, content)
}
package func head(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("head", attributes, content)
}
package func html(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("html", attributes, content)
}
package func label(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("label", attributes, content)
}
package func legend(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("legend", attributes, content)
}
package func li(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("li", attributes, content)
}
package func option(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("option", attributes, content)
}
package func p(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("p", attributes, content)
}
package func pre(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("pre", attributes, content)
}
package func select(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("select", attributes, content)
}
package func span(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("span", attributes, content)
}
package func strong(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("strong", attributes, content)
}
package func table(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("table", attributes, content)
}
package func tbody(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("tbody", attributes, content)
}
package func td(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("td", attributes, content)
}
package func textarea(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("textarea", attributes, content)
}
package func th(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("th", attributes, content)
}
package func thead(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("thead", attributes, content)
}
package func title(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("title", attributes, content)
}
package func tr(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("tr", attributes, content)
}
package func ul(_ attributes: HTML.Attribute..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    tag("ul", attributes, content)
}
package func br(_ attributes: HTML.Attribute...) -> HTML { .element("br", attributes, []) }
package func input(_ attributes: HTML.Attribute...) -> HTML { .element("input", attributes, []) }
package func link(_ attributes: HTML.Attribute...) -> HTML { .element("link", attributes, []) }
package func meta(_ attributes: HTML.Attribute...) -> HTML { .element("meta", attributes, []) }

/// The attributes that xend's pages use.
extension HTML.Attribute {
    static func `class`(_ names: String) -> Self { .init("class", names) }
    static func id(_ id: String) -> Self { .init("id", id) }
    static func name(_ name: String) -> Self { .init("name", name) }
    static func value(_ value: String) -> Self { .init("value", value) }
    static func type(_ type: String) -> Self { .init("type", type) }
    static func role(_ role: String) -> Self { .init("role", role) }
    static func label(_ text: String) -> Self { .init("aria-label", text) }
    static func title(_ text: String) -> Self { .init("title", text) }
    static func `for`(_ id: String) -> Self { .init("for", id) }
    static func scope(_ scope: String) -> Self { .init("scope", scope) }
    /// A path made by `Path`, or a URL whose scheme stands in the source: never one that came from outside.
    static func href(_ url: String) -> Self { .init("href", url) }
    static func action(_ path: String) -> Self { .init("action", path) }
    static func method(_ method: String) -> Self { .init("method", method) }
    static func encoding(_ type: String) -> Self { .init("enctype", type) }
    static func rows(_ count: Int) -> Self { .init("rows", String(count)) }
    static func columns(_ count: Int) -> Self { .init("cols", String(count)) }
    static func minimum(_ number: Int) -> Self { .init("min", String(number)) }
    static func maximum(_ number: Int) -> Self { .init("max", String(number)) }
    static func placeholder(_ text: String) -> Self { .init("placeholder", text) }
    /// What a narrow screen shows before a cell of a table.
    static func caption(_ text: String) -> Self { .init("data-label", text) }
    /// By what the script knows an element again when it renews the page.
    static func key(_ key: String) -> Self { .init("data-key", key) }
    static func described(by id: String) -> Self { .init("aria-describedby", id) }
    /// What scrolls can be scrolled with the keyboard.
    static let focusable = Self("tabindex", "0")
    static let disabled = Self("disabled", "disabled")
    static let checked = Self("checked", "checked")
    static let selected = Self("selected", "selected")
    static let required = Self("required", "required")
    static let autofocus = Self("autofocus", "autofocus")
    static let noSpellcheck = Self("spellcheck", "false")
}

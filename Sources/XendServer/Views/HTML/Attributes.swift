/// The attributes that xend's pages use.
extension HTML.Attribute {
    package static func `class`(_ names: String) -> Self { .init("class", names) }
    package static func id(_ id: String) -> Self { .init("id", id) }
    package static func name(_ name: String) -> Self { .init("name", name) }
    package static func value(_ value: String) -> Self { .init("value", value) }
    package static func type(_ type: String) -> Self { .init("type", type) }
    package static func role(_ role: String) -> Self { .init("role", role) }
    package static func label(_ text: String) -> Self { .init("aria-label", text) }
    package static func title(_ text: String) -> Self { .init("title", text) }
    package static func `for`(_ id: String) -> Self { .init("for", id) }
    package static func scope(_ scope: String) -> Self { .init("scope", scope) }
    /// A path made by `Path`, or a URL whose scheme stands in the source: never one that came from outside.
    package static func href(_ url: String) -> Self { .init("href", url) }
    package static func action(_ path: String) -> Self { .init("action", path) }
    package static func method(_ method: String) -> Self { .init("method", method) }
    package static func encoding(_ type: String) -> Self { .init("enctype", type) }
    package static func rows(_ count: Int) -> Self { .init("rows", String(count)) }
    package static func columns(_ count: Int) -> Self { .init("cols", String(count)) }
    package static func minimum(_ number: Int) -> Self { .init("min", String(number)) }
    package static func maximum(_ number: Int) -> Self { .init("max", String(number)) }
    package static func placeholder(_ text: String) -> Self { .init("placeholder", text) }
    /// What a narrow screen shows before a cell of a table.
    package static func caption(_ text: String) -> Self { .init("data-label", text) }
    /// By what the script knows an element again when it renews the page.
    package static func key(_ key: String) -> Self { .init("data-key", key) }
    package static func described(by id: String) -> Self { .init("aria-describedby", id) }
    /// What scrolls can be scrolled with the keyboard.
    package static let focusable = Self("tabindex", "0")
    package static let disabled = Self("disabled", "disabled")
    package static let checked = Self("checked", "checked")
    package static let selected = Self("selected", "selected")
    package static let required = Self("required", "required")
    package static let autofocus = Self("autofocus", "autofocus")
    package static let noSpellcheck = Self("spellcheck", "false")
}

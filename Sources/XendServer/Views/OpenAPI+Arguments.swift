import DomainLifecycle
import DomainManagement
import DomainModel

/// Parameters that stand in no row of the table of operations: what may be in a query, and what operations take that are none of the table's.
extension OpenAPI {
    /// What may stand in a query besides `format` and `op`.
    static let questions: [String: [(String, JSONValue)]] = [
        "/xend/domain": [
            ("detail", words(["0", "1"])), ("all", words(["0", "1"])),
            ("state", words(["all", "running", "paused", "halted", "suspended"])),
        ] + pages,
        "/xend/domain/:domain": [("detail", words(["0", "1"])), ("type", words(DeviceType.wordsOfLater))]
            + DeviceType.split.map { ($0.rawValue, integer(0...Int(Int32.max))) },
        "/xend/new": [("template", string)], "/xend/saved": pages,
        "/xend/domain/:domain/measures": measures, "/xend/node/measures": measures,
        "/xend/console": [("detail", words(["0", "1"]))] + pages,
        "/xend/task": [("detail", words(["0", "1"]))] + pages,
        "/xend/vnet": pages,
        "/xend/history": [("domain", string)] + history, "/xend/domain/:domain/history": history,
        "/xend/event": [("since", integer(0...Int(Int32.max))), ("pattern", string)],
        "/xend/audit": [("domain", string), ("who", string), ("since", integer(0...Int(Int32.max)))],
        "/xend/login": [("link", string)],
    ]

    private static let measures = [("span", words(MeasureSpan.allCases.map(\.rawValue)))]

    private static let history = [
        ("since", integer(0...Int(Int32.max))), ("kind", words(HistoryResource.kinds)),
    ]

    private static let pages = [("limit", integer(1...20_000)), ("offset", integer(0...Int(Int32.max)))]

    /// A parameter of the body.
    struct Parameter: Sendable {
        let name: String
        let schema: JSONValue
        var isRequired = true
    }

    /// What operations take that are not in the table.
    static let others: [String: [String: [Parameter]]] = [
        "/xend/domain": [
            "each": [
                Parameter(name: "do", schema: words(EachDomain.deeds.map(\.operation))),
                Parameter(
                    name: "domain",
                    schema: .members(
                        ("type", .array([.string("string"), .string("array")])), ("items", string))),
            ]
        ],
        "/xend/domain/:domain": [
            "vif": [Parameter(name: "vif", schema: integer(0...Int(Int32.max)))],
            "vbd": [Parameter(name: "vbd", schema: integer(0...Int(Int32.max)))],
            "devices": [Parameter(name: "type", schema: words(DeviceType.wordsOfLater))],
        ],
        "/xend/event": ["inject": [Parameter(name: "event", schema: expression)]],
        "/xend/vnet": ["create": [Parameter(name: "config", schema: expression)]],
        "/xend/token": [
            "create": [
                Parameter(name: "role", schema: roles),
                Parameter(
                    name: "expires",
                    schema: .members(("type", .string("string")), ("pattern", .string("^[1-9][0-9]{0,3}[mhdw]$")))),
                Parameter(name: "name", schema: string, isRequired: false),
            ]
        ],
        "/xend/login": [
            "link": [
                Parameter(name: "role", schema: roles, isRequired: false),
                Parameter(name: "name", schema: string, isRequired: false),
            ], "login": [Parameter(name: "link", schema: string)],
            "password": [Parameter(name: "user", schema: string), Parameter(name: "password", schema: string)],
        ],
    ]

    private static let roles = words(Role.allCases.map(\.rawValue))

    /// As s-expression, or as the object that JSON shows for it.
    static let expression = JSONValue.members(("type", .array([.string("string"), .string("object")])))
}

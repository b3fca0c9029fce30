/// How the texts of the steps of xend's plans begin, and of what is done when a domain is handed over.
enum StepTexts {
    static let openings = [
        "check image", "create", "limit memory to", "open console on port", "keep console on port", "join console", "build",
        "introduce to xenstore", "attach", "detach", "reconfigure", "pin", "set weight", "pause", "unpause", "request",
        "set memory target", "set vcpus", "press SysRq", "rename to", "restore the name", "save to", "send to", "fill from",
        "release what is left", "close console", "leave console", "withdraw from xenstore", "destroy domain", "wait until gone",
        "remember", "forget", "announce", "hand over:", "take over:",
    ]

    /// Whether a step can have this text: one of the openings, and a blank if more follows.
    static func canBe(_ text: String) -> Bool { openings.contains { text == $0 || text.hasPrefix($0 + " ") } }
}

/// Commands of later versions that this xend has no use for: what to do instead.
enum AbsentCommands {
    static let all = [
        absent("new", "xend keeps no domains that do not run: create DOM from its file when it shall run."),
        absent("delete", "xend keeps no domains that do not run: there is nothing to delete."),
        absent("start", "xend keeps no domains that do not run: use create FILE."),
        absent("suspend", "use save DOM FILE, which tells where the domain is kept."),
        absent("resume", "use restore FILE."),
        absent("dump-core", "xend writes no core files; on_crash = \"preserve\" keeps a crashed domain."),
        absent("vncviewer", "domains have no screen; use console DOM."),
        absent("sched-sedf", "today's Xen has no such scheduler; use sched-credit."),
        absent("pci-attach", "xend does not pass PCI devices through."),
        absent("pci-detach", "xend does not pass PCI devices through."),
        absent("pci-list", "xend does not pass PCI devices through."),
    ]

    private static func absent(_ name: String, _ instead: String) -> XmCommand {
        XmCommand(
            name: name, group: .absent, isOriginal: false, arguments: "", summary: instead, details: instead
        ) { _, invocation throws(XmFailure) in
            throw .error("\(invocation.word) is not supported: \(instead)")
        }
    }
}

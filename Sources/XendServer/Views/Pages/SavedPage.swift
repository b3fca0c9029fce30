import DomainLifecycle
import DomainManagement

/// `/xend/saved`: saved domains, and a way back for each.
struct SavedPage: Sendable {
    let files: [SavedFile]
    /// nil: none is configured.
    let directory: String?
    /// Why whoever looks may not restore any.
    let refusal: String?

    func page() -> Page {
        Page("Saved domains", state: String(files.count), trail: [Parts.domainsTrail], isLive: true) {
            p(.class("help")) {
                if let directory {
                    "Files in "
                    code { directory }
                    ", the newest first. Others are restored by their paths, on the page of all domains."
                } else {
                    "No directory of saved domains is configured: (xend-save-directory DIR) in xend-config.sxp names one."
                }
            }
            if let refusal { p(.class("help reason"), .id("why-restore")) { refusal } }
            Parts.list(
                ["File", "Size", "Saved", ""], empty: "No domain is saved here.",
                files.map { file in
                    [
                        strong { file.name }, .text(Wording.bytes(file.size)), .text(Wording.time(file.modified)),
                        way(file),
                    ]
                })
        }
    }

    /// Restored files are another domain as often as they are restored: the file stays.
    private func way(_ file: SavedFile) -> HTML {
        form(.action(Path.domains), .method("post"), .class("inline")) {
            input(.type("hidden"), .name("state"), .value(file.path))
            label {
                input(.type("checkbox"), .name("paused"), .value("1"))
                " paused "
            }
            tag(
                "button",
                [
                    .type("submit"), .name("op"), .value("restore"), .class("plain small"),
                    .label("Restore \(file.name)"),
                ] + (refusal == nil ? [] : [.disabled, .described(by: "why-restore")])
            ) { "Restore" }
        }
    }
}

import DomainLifecycle

/// `/xend/task` and `/xend/task/N`: how far saves, restores and migrations are.
enum TaskPages {
    static func list(_ tasks: [TaskInformation]) -> Page {
        Page("Tasks", isLive: true) {
            Parts.list(
                ["Task", "Domain", "State", "Progress", "Started", "For"],
                empty: "Nothing is being saved, restored or migrated, and nothing has been lately.",
                tasks.reversed().map { task in
                    [
                        strong { Parts.link("\(task.operation) \(task.id)", Path.task(task.id)) },
                        Parts.link(task.domain, Path.domain(task.domain)), badge(task), outcome(task),
                        .text(Wording.time(task.started)), .text(task.requester),
                    ]
                })
        }
    }

    static func one(_ task: TaskInformation) -> Page {
        let state = task.outcome == .running ? "\(task.percent) %" : task.stateWord
        return Page("\(task.operation) of \(task.domain)", state: state, trail: [("Tasks", Path.tasks)], isLive: true) {
            div(.class("card")) {
                progress(task)
                facts(task)
                if task.isCancellable, task.outcome == .running {
                    Parts.forms
                    OperationForms.cancelTask.view(to: Path.task(task.id))
                }
            }
            if !task.rounds.isEmpty { Parts.section("Rounds") { rounds(task) } }
        }
    }

    private static func badge(_ task: TaskInformation) -> HTML {
        switch task.outcome {
        case .running: Parts.badge("running: \(task.phase)", "busy")
        case .done: Parts.badge("done", "good")
        case .cancelled: Parts.badge("cancelled", "off")
        case .failed: Parts.badge("failed", "bad")
        case .interrupted: Parts.badge("interrupted", "bad")
        }
    }

    /// How far it is; of one that failed, why.
    private static func outcome(_ task: TaskInformation) -> HTML {
        if case .failed(let text) = task.outcome { return span(.class("help")) { text } }
        return progress(task)
    }

    /// A task that runs, in a line, with what ends it.
    static func line(_ task: TaskInformation) -> HTML {
        .group([
            strong { Parts.link("\(task.operation) \(task.domain)", Path.task(task.id)) },
            span(.class("help")) { task.phase }, Parts.bar(task.percent, label: "\(task.percent) %"),
            span(.class("help")) {
                task.rate > 0 ? "\(task.percent) %, \(Wording.rate(task.rate))" : "\(task.percent) %"
            },
            task.isCancellable
                ? form(.action(Path.task(task.id)), .method("post"), .class("inline")) {
                    button(
                        .type("submit"), .name("op"), .value("cancel"), .class("small"),
                        .label("Cancel the \(task.operation) of \(task.domain)")
                    ) { "Cancel" }
                } : span(.class("help")) { "cannot be cancelled any more" },
        ])
    }

    /// What is being done to a domain, for its page.
    static func running(_ task: TaskInformation) -> HTML {
        Parts.section("\(task.operation), \(task.phase)") {
            progress(task)
            p { Parts.link("Rounds and times", Path.task(task.id)) }
        }
    }

    private static func progress(_ task: TaskInformation) -> HTML {
        let percent = "\(task.percent) %"
        return .group([
            Parts.bar(task.percent, label: percent),
            span(.class("help")) { task.rate > 0 ? "\(percent), \(Wording.rate(task.rate))" : percent },
        ])
    }

    private static func facts(_ task: TaskInformation) -> HTML {
        var failure: HTML?
        if case .failed(let text) = task.outcome { failure = .text(text) }
        return Parts.facts([
            ("State", badge(task)), ("Why", failure),
            ("Domain", Parts.link(task.domain, Path.domain(task.domain))),
            ("Asked for by", .text(task.requester)),
            ("Started", .text(Wording.time(task.started))), ("Ended", task.ended.map { .text(Wording.time($0)) }),
            ("Expected down time", task.predictedDowntime.map { .text(Wording.duration($0)) }),
            ("Down time", task.finalDowntime.map { .text(Wording.duration($0)) }),
        ])
    }

    /// One bar for each round: what was sent, against the largest round.
    private static func rounds(_ task: TaskInformation) -> HTML {
        let largest = task.rounds.map(\.pagesSent).max() ?? 0
        return Parts.list(
            ["Round", "Sent", "Dirtied meanwhile"], empty: "",
            task.rounds.enumerated().map { number, round in
                [
                    strong { String(number + 1) },
                    .group([
                        .text("\(Wording.grouped(round.pagesSent)) pages"),
                        Parts.bar(Wording.percent(round.pagesSent, of: largest), label: "sent"),
                    ]),
                    .group([
                        .text("\(Wording.grouped(round.pagesDirty)) pages"),
                        Parts.bar(Wording.percent(round.pagesDirty, of: largest), label: "dirty", kind: "dirty"),
                    ]),
                ]
            })
    }
}

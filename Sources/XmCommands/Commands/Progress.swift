// Save, restore and migrate take their time; on a terminal they show how far they are.

import SExpressions
import XendClient

extension XmSession {
    /// Runs a transfer. On a terminal a line of progress is rewritten until it ends; elsewhere nothing is written.
    /// - Parameter domain: whose transfer it is; nil for a restore, which has no domain yet.
    func withProgress<Answer: Sendable>(
        _ operation: String, of domain: String?,
        _ transfer: @escaping @Sendable (XendClient) async throws(XendError) -> Answer
    ) async throws(XmFailure) -> Answer {
        guard host.showsProgress else { return try await ask(transfer) }
        let result = await withTaskGroup(of: Result<Answer, XendError>?.self) { group in
            group.addTask {
                do throws(XendError) {
                    return .success(try await transfer(client))
                } catch {
                    return .failure(error)
                }
            }
            group.addTask {
                await ProgressLine(session: self, operation: operation, domain: domain).run()
                return nil
            }
            var result: Result<Answer, XendError>?
            while result == nil, let next = await group.next() {
                if let next { result = next }
            }
            group.cancelAll()
            return result
        }
        switch result {
        case .success(let answer)?: return answer
        case .failure(let error)?: throw XmFailure(error)
        case nil: throw .error("\(operation): no answer")
        }
    }
}

/// Follows one transfer through the daemon's list of tasks.
private struct ProgressLine {
    let session: XmSession
    let operation: String
    let domain: String?

    private static let interval = Duration.milliseconds(500)

    func run() async {
        var shown = false
        while !Task.isCancelled {
            await session.host.pause(ProgressLine.interval)
            if Task.isCancelled { break }
            guard let reply = try? await session.client.perform(.tasks()), case .expression(let tasks) = reply,
                let task = TransferTask.find(operation, domain, in: tasks)
            else { continue }
            session.host.writeError("\r" + task.line)
            shown = true
        }
        if shown { session.host.writeError("\r" + String(repeating: " ", count: TransferTask.width) + "\r") }
    }
}

/// A running transfer as the daemon lists it:
/// `(task (id 7) (operation save) (domain web) (domid 3) (state running) (phase P) (percent 42) (rate 1048576) …)`.
struct TransferTask: Equatable {
    var operation: String
    /// From 0 to 100; nil while the daemon cannot tell.
    var percent: Int?
    /// Bytes per second; 0 while none have moved.
    var rate = 0
    /// What it is doing, in the daemon's words.
    var phase: String?

    static let width = 79

    /// The last task of that kind that has not ended.
    static func find(_ operation: String, _ domain: String?, in tasks: SExpression) -> TransferTask? {
        let candidates = (tasks.list ?? []).filter { task in
            task.childText("operation") == operation && task.childText("state") == "running" && concerns(task, domain)
        }
        guard let task = candidates.last else { return nil }
        func number(_ name: String) -> Int? {
            task.childText(name).flatMap(Double.init).flatMap { Int(exactly: $0.rounded()) }
        }
        return TransferTask(
            operation: operation, percent: number("percent"), rate: number("rate") ?? 0,
            phase: task.childText("phase"))
    }

    /// Whether a task is about a domain that the user has named by name or id.
    private static func concerns(_ task: SExpression, _ domain: String?) -> Bool {
        guard let domain else { return true }
        return task.childText("domain") == domain || task.childText("domid") == domain
    }

    /// `save     [############..................]  42%  118 MB/s sending memory`, always as wide as the line.
    var line: String {
        let cells = 30
        let share = max(0, min(100, percent ?? 0))
        let full = share * cells / 100
        let bar = String(repeating: "#", count: full) + String(repeating: ".", count: cells - full)
        let number = percent == nil ? "   ?" : String(share).aligned(right: 3) + "%"
        let speed = rate > 0 ? String(rate >> 20).aligned(right: 5) + " MB/s" : ""
        let text = operation.padded(to: 8) + " [" + bar + "] " + number + speed + " " + (phase ?? "")
        return String(text.prefix(TransferTask.width)).padded(to: TransferTask.width)
    }
}

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
            guard let reply = try? await session.client.perform(.get("task")), case .expression(let tasks) = reply,
                let task = TransferTask.find(operation, domain, in: tasks)
            else { continue }
            session.host.writeError("\r" + task.line)
            shown = true
        }
        if shown { session.host.writeError("\r" + String(repeating: " ", count: TransferTask.width) + "\r") }
    }
}

/// A running transfer as the daemon lists it: `(task (id 7) (operation save) (domain web) (progress 0.42) …)`.
struct TransferTask: Equatable {
    var operation: String
    /// From 0 to 1; nil while the daemon cannot tell.
    var progress: Double?
    /// What it is doing, in the daemon's words.
    var phase: String?

    static let width = 79

    /// The last task of that kind that has not ended.
    static func find(_ operation: String, _ domain: String?, in tasks: SExpression) -> TransferTask? {
        let candidates = (tasks.list ?? []).filter { task in
            guard task.childText("operation") == operation else { return false }
            guard let state = task.childText("state") ?? task.childText("status"), state != "running" else { return matches(task, domain) }
            return false
        }
        guard let task = candidates.last else { return nil }
        return TransferTask(
            operation: operation, progress: task.childText("progress").flatMap(Double.init),
            phase: task.childText("phase"))
    }

    private static func matches(_ task: SExpression, _ domain: String?) -> Bool {
        guard let domain else { return true }
        let names = ["domain", "name", "id", "domid"].compactMap { task.childText($0) }
        return names.isEmpty || names.contains(domain)
    }

    /// `save     [########............]  42% sending memory`, always as wide as the line.
    var line: String {
        let cells = 30
        let share = max(0, min(1, progress ?? 0))
        let full = Int(share * Double(cells))
        let bar = String(repeating: "#", count: full) + String(repeating: ".", count: cells - full)
        let percent = progress == nil ? "   ?" : String(Int(share * 100)).aligned(right: 3) + "%"
        let text = operation.padded(to: 8) + " [" + bar + "] " + percent + " " + (phase ?? "")
        return String(text.prefix(TransferTask.width)).padded(to: TransferTask.width)
    }
}

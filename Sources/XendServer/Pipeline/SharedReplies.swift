import DomainLifecycle
import Synchronization

/// One answer for all who wait for the same: the list of domains, which takes longest to make and is asked for by everybody.
///
/// Who asks while another has asked the same, and nobody has begun to answer, is answered with it: nothing that has happened before
/// the question is missing in an answer that is begun after it. Whoever comes later is in time for the next.
final class SharedReplies: Sendable {
    /// What is the same: all that is asked, in every header but that which says what is known already, and what who asks may see.
    struct Question: Hashable, Sendable {
        let target: RequestTarget
        let headers: [String]
        let version: [Int]
        let role: Role
    }

    /// nil: there is none for all, and each has to be answered alone.
    typealias Answer = @Sendable (Reply?) -> Void
    private typealias Waiting = [Answer]

    /// Of questions that somebody has asked and nobody has begun to answer: the others who have asked.
    private let waiting = Mutex<[Question: Waiting]>([:])

    /// - Parameter answer: is given the reply if somebody else makes it.
    /// - Returns: false: the caller is the first, and has to make it.
    func joins(_ question: Question, _ answer: @escaping Answer) -> Bool {
        waiting.withLock { waiting in
            if waiting[question]?.append(answer) != nil { return true }
            waiting[question] = []
            return false
        }
    }

    /// The first begins to answer.
    /// - Returns: gives the reply to all others who have asked until now.
    func begin(_ question: Question) -> @Sendable (Reply) -> Void {
        let others = waiting.withLock { $0.removeValue(forKey: question) } ?? []
        // What was refused is taken down for each who has tried.
        return { reply in for answer in others { answer(reply.status == Status.ok ? reply : nil) } }
    }
}

extension Request {
    /// nil: the answer is for this one alone.
    var shared: SharedReplies.Question? {
        guard method == .GET, target.segments == ["xend", "domain"], let role = caller.role else { return nil }
        // A page shows who looks at it.
        guard Representation.chosen(for: self) != .html else { return nil }
        return SharedReplies.Question(
            target: target,
            headers: headers.lazy.filter { $0.name.lowercased() != "if-none-match" }.map { "\($0.name): \($0.value)" },
            version: [version.major, version.minor],
            role: role)
    }
}

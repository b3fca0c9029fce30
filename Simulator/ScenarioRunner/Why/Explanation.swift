import DomainManagement
import SExpressions

/// Why a domain is as it is: what was done to it and what led to that, from the account of the daemon.
///
///     request → decision → steps → end
///     signal → finding → decision → steps → end → decision → …
public struct Explanation: Sendable {
    /// A deed with what came of it.
    public struct Node: Sendable {
        /// What happened.
        public var entry: Chronicle.Entry
        /// What came of it, in order.
        public var children: [Node] = []
    }
    /// What came from outside, with all that followed.
    public struct Chain: Sendable {
        /// The step of the story and the faults just before it.
        public var occasion: [Chronicle.Entry]
        /// What nothing else led to.
        public var roots: [Node]
    }

    /// On which the domain is, or was.
    public let host: String
    /// Its name.
    public let domain: String
    /// From the oldest to what happened last.
    public private(set) var chains: [Chain] = []

    private struct Key: Hashable {
        var life: Int
        var number: UInt64
    }

    /// nil when the daemon of the host did nothing to such a domain.
    public init?(_ chronicle: Chronicle, domain: String, on host: String) {
        self.domain = domain
        self.host = host
        let relevant = Self.relevant(chronicle, domain, host)
        guard !relevant.isEmpty else { return nil }
        var children: [Key: [Int]] = [:]
        var occasion: [Chronicle.Entry] = []
        var roots: [(Int, [Chronicle.Entry])] = []
        for (index, entry) in chronicle.entries.enumerated() {
            guard case .deed(let deed, let life) = entry.kind else {
                // Of the steps since the last chain, those that speak of the domain, and the one during which this one began.
                if let last = occasion.last, last.isStep, !last.speaks(of: domain) { occasion.removeLast() }
                occasion.append(entry)
                continue
            }
            guard relevant.contains(index) else { continue }
            if let cause = deed.cause {
                children[Key(life: life, number: cause), default: []].append(index)
            } else {
                roots.append((index, occasion))
                occasion = []
            }
        }
        func node(_ index: Int) -> Node {
            let entry = chronicle.entries[index]
            guard case .deed(let deed, let life) = entry.kind else { return Node(entry: entry) }
            return Node(entry: entry, children: (children[Key(life: life, number: deed.number)] ?? []).map(node))
        }
        for (index, occasion) in roots {
            if occasion.isEmpty, !chains.isEmpty {
                chains[chains.count - 1].roots.append(node(index))
            } else {
                chains.append(Chain(occasion: occasion, roots: [node(index)]))
            }
        }
    }

    /// The deeds about the domain, and those that led to them.
    private static func relevant(_ chronicle: Chronicle, _ domain: String, _ host: String) -> Set<Int> {
        var byKey: [Key: Int] = [:]
        var relevant: Set<Int> = []
        for (index, entry) in chronicle.entries.enumerated() {
            guard entry.host == host, case .deed(let deed, let life) = entry.kind else { continue }
            byKey[Key(life: life, number: deed.number)] = index
            guard deed.domain == domain else { continue }
            var next: Int? = index
            while let current = next, relevant.insert(current).inserted {
                guard case .deed(let deed, let life) = chronicle.entries[current].kind else { break }
                next = deed.cause.flatMap { byKey[Key(life: life, number: $0)] }
            }
        }
        return relevant
    }
}

extension Explanation.Node {
    /// The deed in a line: what kind it is, what was done, how it failed.
    public var line: (word: String, text: String) {
        guard let deed = entry.deed else { return ("", "") }
        guard let failure = deed.failure else { return (deed.kind.word, deed.text) }
        return (
            deed.kind.word,
            deed.kind == .end || deed.kind == .refusal ? "\(deed.text): \(failure)" : "\(deed.text) FAILED: \(failure)"
        )
    }

    /// A step that failed, or was refused.
    public var hasFailed: Bool { entry.deed?.failure != nil }
}

extension Chronicle.Entry {
    var isStep: Bool {
        if case .step = kind { return true }
        return false
    }

    func speaks(of domain: String) -> Bool {
        guard case .step(let form, _) = kind else { return false }
        return form.split(whereSeparator: { " ()".contains($0) }).contains { $0 == domain }
    }

    /// The step or fault in a line.
    public var line: (word: String, text: String) {
        switch kind {
        case .step(let form, let place): ("step", "\(form)  \(place.line)")
        case .fault(let text): ("fault", text)
        case .deed(let deed, _): ("", deed.text)
        }
    }
}

extension Chronicle {
    /// Why a domain is as it is, on each host that had it.
    public func explanations(of domain: String) -> [Explanation] {
        domains.filter { $0.name == domain }.compactMap { Explanation(self, domain: $0.name, on: $0.host) }
    }
}

import SExpressions
import ScenarioLanguage

/// A story as text that steps can be taken out of: how what was found becomes a file as short as possible.
public struct StoryText: Sendable {
    /// Of the scenario.
    public var name: String
    /// Setup forms.
    public var setup: [String]
    /// A step a line.
    public var steps: [String]

    public init(name: String, setup: [String], steps: [String]) {
        self.name = name
        self.setup = setup
        self.steps = steps
    }

    /// The forms of a scenario as they are written, in one line each.
    package init(_ scenario: Scenario) {
        name = scenario.name
        let members = scenario.source.list.map { $0.dropFirst(2) } ?? []
        let isSetup = { (form: LocatedSExpression) in
            let word = form.list?.first?.atom ?? ""
            return Vocabulary.setup.names.contains(word) && !Vocabulary.steps.names.contains(word)
        }
        let first = members.firstIndex { !isSetup($0) } ?? members.endIndex
        setup = members[..<first].map(\.literalText)
        steps = members[first...].map(\.literalText)
    }

    /// - Parameter comments: lines for the head of the file.
    public func file(_ comments: [String] = []) -> [UInt8] {
        let head = comments.map { "# \($0)\n" }.joined()
        let body = (setup + steps).map { "  \($0)\n" }.joined()
        let text = Array("\(head)(scenario \(name)\n\(body))\n".utf8)
        return (try? ScenarioFormatter.format(text, file: name)) ?? text
    }

    /// Leaves out steps and setup, many at a time and then one by one, as long as what is wrong stays wrong.
    /// - Parameter isWrong: runs a shorter story.
    public func shrunk(_ isWrong: (StoryText) -> Bool) -> StoryText {
        var story = self
        story.steps = Self.shrunk(story.steps) { steps in
            var shorter = story
            shorter.steps = steps
            return isWrong(shorter)
        }
        story.setup = Self.shrunk(story.setup) { setup in
            var shorter = story
            shorter.setup = setup
            return isWrong(shorter)
        }
        return story.pruned(isWrong)
    }

    /// Leaves out what stands within the steps: parts of configurations, companions of what is done at once.
    private func pruned(_ isWrong: (StoryText) -> Bool) -> StoryText {
        var story = self
        for index in steps.indices {
            var hasShrunk = true
            while hasShrunk {
                hasShrunk = false
                for smaller in Self.smaller(story.steps[index]) {
                    var shorter = story
                    shorter.steps[index] = smaller
                    guard isWrong(shorter) else { continue }
                    story = shorter
                    hasShrunk = true
                    break
                }
            }
        }
        return story
    }

    /// A step with one list less somewhere in it, or only one of those that are done at once.
    private static func smaller(_ step: String) -> [String] {
        guard let value = try? SExpression.parseFirst(step), case .list(let members) = value else { return [] }
        let alone = value.name == "parallel" && members.count == 2 ? [members[1]] : []
        return (alone + without(value, depth: 3)).map(\.description)
    }

    private static func without(_ value: SExpression, depth: Int) -> [SExpression] {
        guard depth > 0, case .list(let members) = value else { return [] }
        return members.indices.dropFirst().filter { members[$0].list != nil }.flatMap { index -> [SExpression] in
            let less = SExpression.list(Array(members[..<index] + members[(index + 1)...]))
            let changed = without(members[index], depth: depth - 1).map { inner in
                var members = members
                members[index] = inner
                return SExpression.list(members)
            }
            return [less] + changed
        }
    }

    private static func shrunk(_ forms: [String], _ isWrong: ([String]) -> Bool) -> [String] {
        var forms = forms
        var size = max(1, forms.count / 2)
        while true {
            var start = 0
            var hasShrunk = false
            while start < forms.count {
                let less = Array(forms[..<start] + forms[min(forms.count, start + size)...])
                if isWrong(less) {
                    forms = less
                    hasShrunk = true
                } else {
                    start += size
                }
            }
            if size == 1, !hasShrunk { return forms }
            size = max(1, size / 2)
        }
    }
}

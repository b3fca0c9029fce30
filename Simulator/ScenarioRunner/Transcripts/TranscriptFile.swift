/// Recorded transcripts: `NAME.expected` beside `NAME.sxp`, one part for each scenario of the file.
public enum TranscriptFile {
    private static let mark = "=== "

    /// Where the transcripts of a scenario file are.
    public static func path(beside file: String) -> String {
        (file.hasSuffix(".sxp") ? String(file.dropLast(4)) : file) + ".expected"
    }

    /// Whether something was recorded.
    public static func exists(beside file: String) -> Bool { ScenarioFiles.exists(path(beside: file)) }

    /// What was recorded, by scenario; empty when there is no file.
    public static func read(beside file: String) -> [String: String] {
        guard let bytes = try? ScenarioFiles.read(path(beside: file), limit: 64 << 20) else { return [:] }
        var parts: [String: String] = [:]
        var name: String?
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix(mark) {
                name = String(line.dropFirst(mark.count))
            } else if let name {
                parts[name, default: ""] += line + "\n"
            }
        }
        return parts.mapValues(trimmed)
    }

    /// The contents of such a file.
    public static func text(_ transcripts: [(name: String, transcript: String)]) -> String {
        transcripts.map { "\(mark)\($0.name)\n\(trimmed($0.transcript))\n" }.joined(separator: "\n")
    }

    /// Without empty lines at the end.
    static func trimmed(_ text: String) -> String {
        var text = Substring(text)
        while text.last == "\n" { text.removeLast() }
        return String(text)
    }

    /// The first difference, with what stands around it; nil when there is none.
    package static func difference(expected: String, seen: String) -> [String]? {
        let expected = trimmed(expected).split(separator: "\n", omittingEmptySubsequences: false)
        let seen = trimmed(seen).split(separator: "\n", omittingEmptySubsequences: false)
        let index = zip(expected, seen).prefix { $0 == $1 }.count
        guard index < expected.count || index < seen.count else { return nil }
        let step = seen.prefix(index + 1).last { $0.hasPrefix("$ ") }.map { ["in \($0.dropFirst(2))"] } ?? []
        return step + [
            "line \(index + 1) recorded: \(index < expected.count ? String(expected[index]) : "(the end)")",
            "line \(index + 1) now:      \(index < seen.count ? String(seen[index]) : "(the end)")",
        ]
    }
}

extension ScenarioResult {
    /// Fails a run that passed when its transcript is not another to the letter.
    /// - Parameter origin: where the other one is from, for the message.
    public mutating func compare(with other: String, from origin: String) {
        guard isCompared, let difference = TranscriptFile.difference(expected: other, seen: transcript) else { return }
        fail(["the transcript differs from \(origin)"] + difference)
    }

    /// Fails a run that passed when its transcript does not contain what was recorded. What is new may be there beside it.
    /// - Parameters:
    ///   - file: where the recorded one is, for the message.
    ///   - isStrict: new fields of answers fail, too.
    public mutating func compare(withRecorded recorded: String, file: String, isStrict: Bool) {
        guard isCompared, TranscriptFile.difference(expected: recorded, seen: transcript) != nil else { return }
        let new = NewFields(in: transcript, notIn: recorded)
        if let difference = TranscriptFile.difference(expected: recorded, seen: new.remainder) {
            fail(["the transcript differs from \(file)"] + difference)
        } else if isStrict {
            let shown = new.places.prefix(Self.shownFields).map { "new: \($0)" }
            let more = new.places.count - shown.count
            fail(["fields that are not in \(file)"] + shown + (more > 0 ? ["and \(more) more"] : []))
        }
    }

    /// More new fields are the same ones again.
    private static let shownFields = 12

    private var isCompared: Bool {
        if case .passed = outcome { return !hasOwnOrder }
        return false
    }

    private mutating func fail(_ reasons: [String]) {
        outcome = .failed(StepFailure(place: place, form: "(scenario \(name) …)", reasons: reasons))
    }
}

/// "Did you mean": the word of a list that is nearest to a misspelt one.
public enum Suggestion {
    /// The nearest word, if it is near enough to have been meant.
    public static func nearest(to word: String, among words: [String]) -> String? {
        let limit = max(1, word.count / 3)
        let ranked = words.map { (word: $0, distance: distance(word, $0)) }.filter { $0.distance <= limit }
        return ranked.min { ($0.distance, $0.word) < ($1.distance, $1.word) }?.word
    }

    /// ` (did you mean "X"?)`, or nothing.
    public static func phrase(for word: String, among words: [String]) -> String {
        nearest(to: word, among: words).map { " (did you mean \"\($0)\"?)" } ?? ""
    }

    /// The number of characters to insert, delete, replace or swap with their neighbour.
    public static func distance(_ a: String, _ b: String) -> Int {
        // Words longer than any of ours cannot be near one; the table below is quadratic.
        let a = Array(a.utf8.prefix(64))
        let b = Array(b.utf8.prefix(64))
        var before: [Int] = []
        var previous = Array(0...b.count)
        for i in a.indices {
            var current = [i + 1]
            for j in b.indices {
                var best = min(previous[j + 1], current[j]) + 1
                best = min(best, previous[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, before[j - 1] + 1) }
                current.append(best)
            }
            before = previous
            previous = current
        }
        return previous[b.count]
    }
}

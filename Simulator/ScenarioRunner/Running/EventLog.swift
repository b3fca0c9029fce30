import SExpressions

/// The events of one host as far as the runner has seen them.
struct EventLog {
    struct Entry {
        var number: UInt64
        /// Seconds since 1970.
        var time: Double
        var name: String
        var value: SExpression

        /// `(NAME VALUE)`
        var expression: SExpression { [.atom(name), value] }
    }
    /// Times are printed with 12 digits: to 1/100 s, rounded.
    private static let precision = 0.01

    private(set) var entries: [Entry] = []
    /// Number of the newest event seen.
    private(set) var newest: UInt64 = 0
    /// Up to where checks have looked, and the transcript.
    var checked = 0
    var told = 0

    /// Nothing before this is of interest.
    mutating func begin(_ page: SExpression) {
        newest = page.childText("newest").flatMap { UInt64($0) } ?? 0
    }

    /// A daemon has begun to count anew, perhaps.
    mutating func restart() { newest = 0 }

    /// Takes what an answer of `/xend/event?since=` holds.
    /// - Parameter start: events before this time are another daemon's and known.
    mutating func add(_ page: SExpression, notBefore start: Double) {
        for event in page.children("event") {
            guard let number = event.childText("number").flatMap({ UInt64($0) }),
                let time = event.childText("time").flatMap(Double.init), time >= start - Self.precision,
                let name = event.childText("name"), let value = event.childValue("value")
            else { continue }
            entries.append(Entry(number: number, time: time, name: name, value: value))
        }
        newest = page.childText("newest").flatMap { UInt64($0) } ?? newest
    }

    var unchecked: ArraySlice<Entry> { entries[checked...] }
    var untold: ArraySlice<Entry> { entries[told...] }
}

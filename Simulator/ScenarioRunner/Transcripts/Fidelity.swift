import SExpressions

/// Whether two machines told the same story (design/scenarios.md, *Equal*): the same requests and answers in the same order, and
/// for each domain the same events in the same order. When between two answers an event came, and in which order two domains had
/// theirs, is each machine's own; and so is when a front-end connects, from which on its device has an `evtchn`, and at what time events
/// were that are asked for later.
public enum Fidelity {
    /// How the second transcript differs first; nil when the two are equal, but for fields that only the second has.
    public static func difference(_ one: String, _ other: String) -> String? {
        let (one, other) = (Story(one), Story(NewFields(in: other, notIn: one).remainder))
        if let difference = difference(one.exchanges, other.exchanges) { return difference }
        for subject in Set(one.events.keys).union(other.events.keys).sorted() {
            let (ones, others) = (one.events[subject] ?? [], other.events[subject] ?? [])
            // Of a daemon that is killed the last events are known to whoever has asked for them in time.
            if one.hasKills, ones.isContained(in: others) || others.isContained(in: ones) { continue }
            if let difference = difference(ones, others) { return difference }
        }
        return nil
    }

    private static func difference(_ one: [String], _ other: [String]) -> String? {
        let index = zip(one, other).prefix { $0 == $1 }.count
        guard index < one.count || index < other.count else { return nil }
        let step = one.prefix(index + 1).last { $0.hasPrefix("$ ") }.map { "in \($0.dropFirst(2)): " } ?? ""
        return "\(step)\(text(around: index, in: one)) | \(text(around: index, in: other))"
    }

    /// A few words before the difference, which say where it is, and some of what follows.
    private static func text(around index: Int, in words: [String]) -> String {
        guard index < words.count else { return "(nothing)" }
        let start = words[..<index].lastIndex { $0.contains(" ") }.map { $0 + 1 } ?? 0
        return words[max(start, index - 4)..<min(words.count, index + 8)].joined(separator: " ")
    }

    /// A transcript taken apart.
    private struct Story {
        /// Requests and heads of answers as lines, the answers themselves as words.
        var exchanges: [String] = []
        /// By host and domain, or by the event's own name.
        var events: [String: [String]] = [:]
        /// Whether a fault kills a daemon at a moment of its own.
        var hasKills: Bool { exchanges.contains { $0.hasPrefix("$ (fault ") && $0.contains("(kill-daemon") } }

        /// Where what happens now comes from, and the host that was told last.
        private var host = "", told = ""
        /// Where the next of several waits stands: what has come while another was waited for is told then, elsewhere perhaps later.
        private var waited: Int?
        /// Where the answers begin to what was asked at one time: which comes first is each machine's own.
        private var together: Int?

        init(_ transcript: String) {
            for line in transcript.split(separator: "\n") {
                // Where an event came from is told before it, and events come when they come.
                if line.hasPrefix("@ ") {
                    host = String(line)
                } else if line.hasPrefix("* ") {
                    note(event: line)
                } else {
                    note(line)
                }
            }
            sortTogether()
            removeChannels()
            removeFreeMemory()
            nameDomains()
            hideTimes()
            hideNames()
        }

        private mutating func note(_ line: Substring) {
            // Who waits hears of a daemon's death when its machine tells.
            let isWaiting = line.hasPrefix("$ (finish ") || line == "$ (daemon kill)"
            if line.hasPrefix("$ ") { sortTogether() }
            if line.hasPrefix("> ") || line.hasPrefix("< "), host != told {
                exchanges.append(host)
                told = host
            }
            exchanges.insert(
                contentsOf: line.hasPrefix("  ") ? Self.words(line) : [String(line)],
                at: isWaiting ? waited ?? exchanges.count : exchanges.count)
            if line.hasPrefix("$ ") { waited = isWaiting ? (waited ?? exchanges.count - 1) + 1 : nil }
            if line.hasPrefix("$ (parallel ") { together = exchanges.count }
        }

        /// Puts what was asked at one time of one host into an order of its own.
        private mutating func sortTogether() {
            defer { together = nil }
            guard let together, !exchanges[together...].contains(where: { $0.hasPrefix("@ ") }) else { return }
            var blocks: [[String]] = []
            for word in exchanges[together...] {
                if word.hasPrefix("> ") || blocks.isEmpty { blocks.append([]) }
                blocks[blocks.count - 1].append(word)
            }
            blocks.sort { $0[0] < $1[0] }
            exchanges.replaceSubrange(together..., with: blocks.flatMap { $0 })
        }

        private mutating func note(event line: Substring) {
            guard let event = try? SExpression.parseFirst(String(line.dropFirst(2))), let name = event.name,
                // How often "look again" is said means nothing.
                name != "xend.virq"
            else { return }
            let value = event.list?.dropFirst().first
            let subject = name.hasPrefix("xend.domain.") ? value?.list?.first?.atom : nil
            let key = "\(host) \(subject ?? name)"
            // How often a restart is tried that cannot succeed depends on how long one looks on.
            guard name != "xend.domain.restart" || events[key]?.last != String(line) else { return }
            events[key, default: []].append(String(line))
        }

        /// Without the id at the end of a domain's url.
        private static func words(_ line: Substring) -> [String] {
            var words: [String] = []
            for piece in line.split(separator: " ") {
                if piece.hasPrefix("http://"), let end = piece.lastIndex(of: "/"), Int(piece[end...].dropFirst()) != nil
                {
                    words.append(String(piece[...end]))
                    continue
                }
                var word = ""
                for character in piece {
                    guard character == "(" || character == ")" else {
                        word.append(character)
                        continue
                    }
                    if !word.isEmpty { words.append(word) }
                    words.append(String(character))
                    word = ""
                }
                if !word.isEmpty { words.append(word) }
            }
            return words
        }

        /// Messages name domains by the ids they have, `domain 7 "web"`, `vif7.0`, and so do events that are asked for, `(value (web 7))`;
        /// which id that is depends on how many the machine has had.
        private mutating func nameDomains() {
            var names: [String: String] = [:]
            func name(_ id: Substring) -> String {
                let name = names[String(id)] ?? "#\(names.count + 1)"
                names[String(id)] = name
                return name
            }
            for index in exchanges.indices.dropFirst(3) {
                let word = exchanges[index]
                let digits = word.hasSuffix(":") ? word.dropLast() : word[...]
                if let id = Int(digits), id > 0 {
                    let isOfEvent = exchanges[index - 3] == "value" && exchanges[index - 2] == "("
                    let isNamed = ["domain", "'domain", "domid"].contains(exchanges[index - 1])
                    if isOfEvent || isNamed { exchanges[index] = name(digits) + word.dropFirst(digits.count) }
                } else if word.hasPrefix("vif"), let dot = word.firstIndex(of: "."),
                    Int(word[dot...].dropFirst()) != nil
                {
                    let id = word[..<dot].dropFirst(3)
                    if Int(id) != nil { exchanges[index] = "vif\(name(id))\(word[dot...])" }
                }
            }
        }

        /// Of events, which have seconds since 1970: `(time 1099656000.09)`; and what a guest has chosen: `(event-channel 4)`.
        private mutating func hideTimes() {
            for index in exchanges.indices.dropFirst() where exchanges[index - 1] == "event-channel" {
                exchanges[index] = "_"
            }
            for index in exchanges.indices.dropFirst(2)
            where exchanges[index - 1] == "time" && exchanges[index - 2] == "(" && Double(exchanges[index]) != nil {
                exchanges[index] = "_"
            }
        }

        /// `495 MB free`: each machine has its own.
        private mutating func removeFreeMemory() {
            for index in exchanges.indices.dropLast(2)
            where exchanges[index + 1] == "MB" && exchanges[index + 2] == "free" {
                exchanges[index] = "_"
            }
        }

        /// `damaged at byte 25216680`: of an image, which is each machine's own.
        private mutating func hidePlacesInImages() {
            for index in exchanges.indices.dropFirst()
            where exchanges[index - 1] == "byte" && exchanges[index].hasSuffix(":") { exchanges[index] = "_:" }
        }

        private mutating func hideNames() {
            hidePlacesInImages()
            hideUUIDs()
            hideIDsOfCrashed()
            hideNamesOfCores()
        }

        /// Those in names of files, which are xend's choice.
        private mutating func hideUUIDs() {
            exchanges = exchanges.map(Self.withoutUUIDs)
            events = events.mapValues { $0.map(Self.withoutUUIDs) }
        }

        private static func withoutUUIDs(_ text: String) -> String {
            guard text.utf8.contains(UInt8(ascii: "-")), text.contains("/") else { return text }
            var parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            for index in parts.indices.dropFirst() where String(parts[index].prefix(36)).isUUID {
                parts[index] = "_" + parts[index].dropFirst(36)
            }
            return parts.joined(separator: "/")
        }

        /// In the names of those that stay beside their next life: `web-crash-7`.
        private mutating func hideIDsOfCrashed() {
            func hidden(_ text: String) -> String {
                let parts = text.split(separator: "-crash-", omittingEmptySubsequences: false)
                let rest = parts.dropFirst().map { "_\($0.drop(while: \.isNumber))" }
                return ([parts[0].description] + rest).joined(separator: "-crash-")
            }
            exchanges = exchanges.map(hidden)
            events = Dictionary(events.map { (hidden($0), $1.map(hidden)) }, uniquingKeysWith: { $1 })
        }

        /// A core that nobody has named is called after the time and the domain's id: `/var/lib/xen/dump/2004-1105-1200.01-web.1.core`, or
        /// `….1.crash.core`.
        private mutating func hideNamesOfCores() {
            func hidden(_ text: String) -> String {
                guard let start = text.utf8Range(of: "/dump/", from: 0),
                    let end = text.utf8Range(of: ".core", from: start)
                else { return text }
                let bytes = Array(text.utf8)
                let name = String(decoding: bytes[start..<end - 5], as: UTF8.self).split(separator: ".")
                // Year, month and day, time and seconds stand before the domain's name.
                guard name.count >= 3, name[0].count(where: { $0 == "-" }) == 2 else { return text }
                let kind = name.last == "crash" ? "crash." : ""
                let domain = name.dropFirst().dropLast(kind.isEmpty ? 1 : 2).joined(separator: ".").drop { $0 != "-" }
                return String(decoding: bytes[..<start], as: UTF8.self) + "_\(domain)._.\(kind)core"
                    + String(decoding: bytes[end...], as: UTF8.self)
            }
            exchanges = exchanges.map(hidden)
            events = events.mapValues { $0.map(hidden) }
        }

        /// Takes `(evtchn A B)` out.
        private mutating func removeChannels() {
            while let name = exchanges.firstIndex(of: "evtchn"), name > 0, exchanges[name - 1] == "(",
                let end = exchanges[name...].firstIndex(of: ")")
            {
                exchanges.removeSubrange((name - 1)...end)
            }
        }
    }
}

extension [String] {
    /// In the same order, perhaps with others between them.
    fileprivate func isContained(in other: [String]) -> Bool {
        var rest = self[...]
        for text in other where text == rest.first { rest.removeFirst() }
        return rest.isEmpty
    }
}

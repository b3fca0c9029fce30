/// What a guest has printed, as text that stands still: what moves the cursor within a line is done, what colours it is left away.
enum ConsoleText {
    /// - Parameter bytes: as they came; those that are no UTF-8 become the sign for that.
    static func plain(_ bytes: [UInt8]) -> String {
        var lines: [String] = []
        var line: [Unicode.Scalar] = []
        var place = 0
        var scalars = String(decoding: bytes, as: UTF8.self).unicodeScalars[...]
        while let scalar = scalars.popFirst() {
            switch scalar {
            case "\n":
                lines.append(text(line))
                (line, place) = ([], 0)
            case "\r": place = 0
            case "\u{8}": place = max(0, place - 1)
            case "\t": put(" ", &line, &place)
            case "\u{1B}": skipSequence(&scalars, &line, place)
            case _ where scalar.value < 0x20 || scalar.value == 0x7F: break
            default: put(scalar, &line, &place)
            }
        }
        if !line.isEmpty { lines.append(text(line)) }
        return lines.joined(separator: "\n")
    }

    private static func text(_ line: [Unicode.Scalar]) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: line)
        return String(view)
    }

    private static func put(_ scalar: Unicode.Scalar, _ line: inout [Unicode.Scalar], _ place: inout Int) {
        if place < line.count { line[place] = scalar } else { line.append(scalar) }
        place += 1
    }

    /// `ESC [ … LETTER` and `ESC ] … BEL`; the first with `K` clears the rest of the line.
    private static func skipSequence(
        _ scalars: inout Substring.UnicodeScalarView, _ line: inout [Unicode.Scalar], _ place: Int
    ) {
        guard let kind = scalars.popFirst() else { return }
        switch kind {
        case "[":
            while let next = scalars.popFirst() {
                guard (0x40...0x7E).contains(next.value) else { continue }
                if next == "K", place < line.count { line.removeSubrange(place...) }
                return
            }
        case "]": while let next = scalars.popFirst(), next != "\u{7}", next != "\u{1B}" {}
        default: break
        }
    }
}

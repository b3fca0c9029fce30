import HostInterface

/// Finds the pages of zeros in what is written to a file front to back: they become holes, which begin and end on pages.
struct SparseLayout: Sendable {
    /// Bytes since the beginning of the file, modulo a page.
    private var misalignment = 0

    /// What is to be written for the next bytes.
    mutating func pieces(of bytes: [UInt8]) -> [FilePiece] {
        let page = SaveFileLayout.alignment
        var pieces: [FilePiece] = []
        var start = 0
        var place = (page - misalignment) % page
        while place + page <= bytes.count {
            guard isZero(bytes, from: place, count: page) else {
                place += page
                continue
            }
            var end = place + page
            while end + page <= bytes.count, isZero(bytes, from: end, count: page) { end += page }
            if place > start { pieces.append(.bytes(bytes[start..<place])) }
            pieces.append(.zeroes(end - place))
            (start, place) = (end, end)
        }
        if start < bytes.count { pieces.append(.bytes(bytes[start...])) }
        misalignment = (misalignment + bytes.count) % page
        return pieces
    }
}

/// Whether a page is zero. By words: every byte of a domain's memory comes through here.
private func isZero(_ bytes: [UInt8], from start: Int, count: Int) -> Bool {
    bytes.withUnsafeBytes { buffer in
        var place = start
        while place < start + count {
            // Most pages that are not zero say so in their first words.
            if buffer.loadUnaligned(fromByteOffset: place, as: UInt64.self) != 0 { return false }
            place += 8
        }
        return true
    }
}

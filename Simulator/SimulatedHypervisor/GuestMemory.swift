import HostInterface

/// The contents of a guest's memory, told by few words: each page is zero or made from the guest's seed, the page's
/// number and how often it was written. A hundred GB cost a few bytes.
struct GuestMemory: Hashable {
    /// Writes that go round and round over the first pages, one page after the other.
    struct Stream: Hashable {
        /// Bytes a second, and within how many pages.
        var rate: UInt64
        var range: UInt64
        /// The guest's uptime when it began, and how many pages had been written when it ended (nil: it goes on).
        var began: Duration
        var total: UInt64?

        func written(at uptime: Duration) -> UInt64 {
            total ?? UInt64(max(0, (uptime - began).inSeconds) * Double(rate) / 4096)
        }
    }

    /// What a guest's kernel and first programs write at boot: an eighth of the memory within these bounds, in pages.
    static let bootPagesBounds: ClosedRange<UInt64> = 1024...16384
    /// The page in which the guest keeps what it knows about itself: `GuestSnapshot`.
    static let statePage: UInt64 = 0

    let seed: UInt64
    let pages: UInt64
    var bootPages: UInt64 = 0
    var streams: [Stream] = []
    /// Pages that hold something else than they should, after a restore from an image that was not right.
    var foreign: [UInt64: [UInt8]] = [:]

    init(seed: UInt64, pages: UInt64) {
        self.seed = seed
        self.pages = pages
    }

    /// The kernel, its data and caches.
    mutating func touchAtBoot() {
        let bounds = Self.bootPagesBounds
        bootPages = min(pages, max(bounds.lowerBound, min(bounds.upperBound, pages / 8)))
    }

    /// From now on, writes so many bytes a second within the first `range` bytes.
    mutating func dirty(rate: UInt64, range: UInt64?, at uptime: Duration) {
        if let last = streams.indices.last, streams[last].total == nil {
            streams[last].total = streams[last].written(at: uptime)
        }
        guard rate > 0, pages > 0 else { return }
        let span = range.map { max(1, $0 / 4096) } ?? pages
        streams.append(Stream(rate: rate, range: min(span, pages), began: uptime))
    }

    /// How often the page has been written.
    func version(of pfn: UInt64, at uptime: Duration) -> UInt64 {
        var version: UInt64 = pfn < bootPages ? 1 : 0
        for stream in streams where pfn < stream.range {
            let written = stream.written(at: uptime)
            if written > pfn { version += (written - pfn - 1) / stream.range + 1 }
        }
        return version
    }

    /// The pages written between two moments, in order and without overlaps: Xen's dirty log.
    func dirtied(from start: Duration, to end: Duration) -> [Range<UInt64>] {
        // A guest that had not run yet has booted meanwhile.
        var ranges: [Range<UInt64>] = start == .zero && end > .zero && bootPages > 0 ? [0..<bootPages] : []
        for stream in streams {
            let first = stream.written(at: start)
            let last = stream.written(at: end)
            guard last > first else { continue }
            if last - first >= stream.range {
                ranges.append(0..<stream.range)
                continue
            }
            let from = first % stream.range
            let to = last % stream.range
            ranges += from < to ? [from..<to] : [0..<to, from..<stream.range]
        }
        return merge(ranges.filter { !$0.isEmpty })
    }

    private func merge(_ ranges: [Range<UInt64>]) -> [Range<UInt64>] {
        var merged: [Range<UInt64>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.last, range.lowerBound <= last.upperBound {
                merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        return merged
    }
}

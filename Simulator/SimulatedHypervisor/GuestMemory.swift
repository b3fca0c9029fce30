import HostInterface

/// The contents of a guest's memory, told by few words: each page is zero or made from the guest's seed, the page's number and
/// how often it was written. A hundred GB cost a few bytes.
struct GuestMemory {
    /// Writes that go round and round over the first pages, one page after the other.
    private struct Stream {
        /// Pages a second, and within how many pages.
        var rate: Double
        var range: UInt64
        /// The guest's uptime when it began, and how many pages had been written when it ended.
        var began: Duration
        var total: UInt64?

        func written(at uptime: Duration) -> UInt64 {
            total ?? UInt64(max(0, (uptime - began).inSeconds) * rate)
        }
    }

    let seed: UInt64
    let pages: UInt64
    private var bootPages: UInt64 = 0
    private var streams: [Stream] = []

    init(seed: UInt64, pages: UInt64) {
        self.seed = seed
        self.pages = pages
    }

    /// The kernel, its data and caches: an eighth of the memory, 4 MiB at least.
    mutating func touchAtBoot() { bootPages = min(pages, max(1024, pages / 8)) }

    /// From now on, writes so many bytes a second within the first `range` bytes.
    mutating func dirty(rate: UInt64, range: UInt64?, at uptime: Duration) {
        if let last = streams.indices.last, streams[last].total == nil {
            streams[last].total = streams[last].written(at: uptime)
        }
        guard rate > 0 else { return }
        let span = range.map { max(1, $0 / 4096) } ?? pages
        streams.append(Stream(rate: Double(rate) / 4096, range: min(span, pages), began: uptime))
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
}

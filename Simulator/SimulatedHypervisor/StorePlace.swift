/// All there is at one path of xenstore: a node, watches, and the places below. It is there as long as any of these is.
///
/// The tree is walked once for a request; from its place the node, the places above and the watches on them are at hand.
final class StorePlace {
    /// The last part of its path.
    let name: String
    /// nil of a root, and of what was taken away: then it is no place of the tree any more, and need not be taken away again.
    private(set) unowned var above: StorePlace?
    var node: StoreNode?
    var watches: [StoreWatch] = []
    /// Open transactions that have looked here, whether there is a node or not.
    var visitors = 0
    private(set) var below: [String: StorePlace] = [:]

    init(name: String = "", above: StorePlace? = nil) {
        self.name = name
        self.above = above
    }

    var path: String {
        guard let above else { return "/" }
        return childPath(above.path, name)
    }

    /// The place at a path from here; nil where nothing is.
    func find(_ path: String) -> StorePlace? {
        var place = self
        for name in StorePathParts(path) {
            guard let next = place.below[name] else { return nil }
            place = next
        }
        return place
    }

    /// The place at a path from here, made where nothing is. Whoever leaves nothing there prunes it.
    func make(_ path: String) -> StorePlace {
        var place = self
        for name in StorePathParts(path) { place = place.child(name) }
        return place
    }

    private func child(_ name: String) -> StorePlace {
        if let place = below[name] { return place }
        let place = StorePlace(name: name, above: self)
        below[name] = place
        return place
    }

    /// Takes the place away if nothing is there, and those above it that were there for its sake.
    func prune() {
        var place = self
        while place.isEmpty, let above = place.above {
            above.below[place.name] = nil
            place.above = nil
            place = above
        }
    }

    private var isEmpty: Bool { node == nil && watches.isEmpty && visitors == 0 && below.isEmpty }

    /// Visits every place from here on.
    func visit(_ body: (StorePlace) -> Void) {
        body(self)
        for place in below.values { place.visit(body) }
    }
}

/// The parts of a path, in order; none of `/`.
struct StorePathParts: Sequence, IteratorProtocol {
    private let path: String
    private var start: String.Index
    private var isOver: Bool

    init(_ path: String) {
        self.path = path
        isOver = path == "/"
        start = path.utf8.first == UInt8(ascii: "/") ? path.utf8.index(after: path.startIndex) : path.startIndex
    }

    mutating func next() -> String? {
        guard !isOver else { return nil }
        guard let end = path.utf8[start...].firstIndex(of: UInt8(ascii: "/")) else {
            isOver = true
            return String(path[start...])
        }
        defer { start = path.utf8.index(after: end) }
        return String(path[start..<end])
    }
}

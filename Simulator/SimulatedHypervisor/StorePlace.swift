/// All there is at one path of xenstore: a node, watches, and the places below. It is there as long as any of these is.
///
/// The tree is walked once for a request; from its place the node, the places above and the watches on them are at hand.
///
/// All of it is touched on the executor's thread, and never while it is being touched: the checks for that, which the compiler
/// makes for objects, were a tenth of what xenstore cost.
final class StorePlace {
    /// The last part of its path.
    let name: String
    /// Of the name.
    let hash: Int
    /// nil of a root, and of what was taken away: then it is no place of the tree any more, and need not be taken away again.
    /// A place is never there longer than the one above it, which refers to it.
    @exclusivity(unchecked) private(set) unowned(unsafe) var above: StorePlace?
    @exclusivity(unchecked) var node: StoreNode?
    @exclusivity(unchecked) var watches: [StoreWatch] = []
    /// Open transactions that have looked here, whether there is a node or not.
    @exclusivity(unchecked) var visitors = StoreVisitors()
    @exclusivity(unchecked) private(set) var below = StoreChildren()
    /// The guest whose node this is, and where it stands among that guest's.
    @exclusivity(unchecked) var owner: StoreOwner?
    @exclusivity(unchecked) var numberOfOwner = 0

    init() {
        name = ""
        hash = 0
    }

    private init(name: String, hash: Int, above: StorePlace) {
        self.name = name
        self.hash = hash
        self.above = above
    }

    var path: String {
        guard let above else { return "/" }
        return childPath(above.path, name)
    }

    /// The place at a path from here; nil where nothing is.
    func find(_ path: String) -> StorePlace? { walk(path, makes: false) }

    /// The place at a path from here, made where nothing is. Whoever leaves nothing there prunes it.
    func make(_ path: String) -> StorePlace {
        guard let place = walk(path, makes: true) else { preconditionFailure("a place is made") }
        return place
    }

    private func walk(_ path: String, makes: Bool) -> StorePlace? {
        guard path != "/" else { return self }
        var path = path
        return path.withUTF8 { bytes in
            var place = self
            var start = bytes.first == StoreName.slash ? 1 : 0
            while start <= bytes.count {
                let (hash, end) = StoreName.part(of: bytes, from: start)
                let name = UnsafeBufferPointer(rebasing: bytes[start..<end])
                if let next = place.below.find(name, hash: hash) {
                    place = next
                } else if makes {
                    place = place.add(String(decoding: name, as: UTF8.self), hash)
                } else {
                    return nil
                }
                start = end + 1
            }
            return place
        }
    }

    private func add(_ name: String, _ hash: Int) -> StorePlace {
        let place = StorePlace(name: name, hash: hash, above: self)
        below.insert(place)
        return place
    }

    /// Takes the place away if nothing is there, and those above it that were there for its sake.
    func prune() {
        var place = self
        while place.isEmpty, let above = place.above {
            // It is still held here when the one above lets go of it.
            above.below.remove(place)
            place.above = nil
            place = above
        }
    }

    private var isEmpty: Bool { node == nil && watches.isEmpty && visitors.isEmpty && below.isEmpty }

    /// Visits every place from here on.
    func visit(_ body: (StorePlace) -> Void) {
        body(self)
        for place in below.all { place.visit(body) }
    }
}

import Glibc

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
    /// Whether xenstored takes the name for one: the path of a watch may have others.
    private let isValid: Bool
    /// nil of a root, and of what was taken away: then it is no place of the tree any more, and need not be taken away again.
    /// A place is never there longer than the one above it, which refers to it.
    @exclusivity(unchecked) private(set) unowned(unsafe) var above: StorePlace?
    @exclusivity(unchecked) var node: StoreNode?
    @exclusivity(unchecked) var watches: [StoreWatch] = []
    /// Whether there may be watches here or above: where none are, nobody need be looked for there. Of a domain made and destroyed that was
    /// a seventh of what xenstore did for its nodes.
    @exclusivity(unchecked) private(set) var mayBeWatched = false
    /// Open transactions that have looked here, whether there is a node or not.
    @exclusivity(unchecked) var visitors = StoreVisitors()
    @exclusivity(unchecked) private(set) var below = StoreChildren()
    /// The guest whose node this is, and where it stands among that guest's.
    @exclusivity(unchecked) var owner: StoreOwner?
    @exclusivity(unchecked) var numberOfOwner = 0

    init() {
        name = ""
        hash = 0
        isValid = true
    }

    private init(name: String, hash: Int, isValid: Bool, above: StorePlace) {
        self.name = name
        self.hash = hash
        self.isValid = isValid
        self.above = above
        mayBeWatched = above.mayBeWatched
    }

    /// From here on.
    func add(_ watch: StoreWatch) {
        watches.append(watch)
        // What is watched from above is so already.
        if !mayBeWatched { visit { $0.mayBeWatched = true } }
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

    /// The same, if xenstored takes that for a path from here; nil otherwise, with nothing made.
    func makeValid(_ path: String) -> StorePlace? { walk(path, makes: true, isChecked: true) }

    private func walk(_ path: String, makes: Bool, isChecked: Bool = false) -> StorePlace? {
        var path = path
        return path.withUTF8 { bytes in
            var place = self
            var start = bytes.first == StoreName.slash ? 1 : 0
            if start == 1, bytes.count == 1 { return self }
            while start <= bytes.count {
                let part = StoreName.part(of: bytes, from: start)
                let name = UnsafeBufferPointer(rebasing: bytes[start..<part.end])
                let next = place.below.find(name, hash: part.hash)
                guard !isChecked || next?.isValid ?? StoreName.isValid(name) else {
                    place.prune()
                    return nil
                }
                guard let next = next ?? (makes ? place.add(name, part.hash) : nil) else { return nil }
                place = next
                start = part.end + 1
            }
            return place
        }
    }

    /// Whether that is its name.
    func isNamed(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var name = name
        return name.withUTF8 { name in
            guard name.count == bytes.count else { return false }
            guard let these = name.baseAddress, let those = bytes.baseAddress else { return true }
            return memcmp(these, those, name.count) == 0
        }
    }

    private func add(_ name: UnsafeBufferPointer<UInt8>, _ hash: Int) -> StorePlace {
        let place = StorePlace(
            name: String(decoding: name, as: UTF8.self), hash: hash, isValid: StoreName.isValid(name), above: self)
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

    /// Takes away all below it, if nothing is in any of these.
    func pruneBelow() {
        guard below.all.allSatisfy(\.isEmpty) else {
            for place in below.all { place.prune() }
            return
        }
        for place in below.all { place.above = nil }
        below.removeAll()
    }

    private var isEmpty: Bool { node == nil && watches.isEmpty && visitors.isEmpty && below.isEmpty }

    /// Visits every place from here on.
    func visit(_ body: (StorePlace) -> Void) {
        body(self)
        for place in below.all { place.visit(body) }
    }
}

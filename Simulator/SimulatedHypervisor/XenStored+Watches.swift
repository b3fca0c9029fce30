import DomainModel
import HypervisorInterface

/// A registered watch.
struct StoreWatch {
    var number: UInt64
    var client: DomainID
    var deliver: (String) -> Void
}

/// One event that waits for delivery; the same one again while it waits is the same event.
struct StoreWatchKey: Hashable {
    var number: UInt64
    var path: String
}

extension XenStored {
    /// Registers a watch on a node and everything below it, or on `@introduceDomain` or `@releaseDomain`. It fires
    /// once at once.
    /// - Returns: a number to remove it with.
    func watch(
        _ path: String, as client: DomainID = .zero, _ deliver: @escaping (String) -> Void
    ) throws(XenStoreError) -> UInt64 {
        requests += 1
        guard path.hasPrefix("/") || path == "@introduceDomain" || path == "@releaseDomain" else {
            throw XenStoreError("watch", path, .invalid)
        }
        if client != .zero, guestWatches[client, default: []].count >= Limit.guestWatches {
            throw XenStoreError("watch", path, .quota)
        }
        nextWatch += 1
        let watch = StoreWatch(number: nextWatch, client: client, deliver: deliver)
        let place = (path.hasPrefix("/") ? root : specials).make(path)
        place.add(watch)
        watchPlaces[nextWatch] = place
        if client != .zero { guestWatches[client, default: []].insert(nextWatch) }
        queue(watch, path)
        return nextWatch
    }

    /// Removes a watch; events of it that wait are dropped. Idempotent.
    func unwatch(_ number: UInt64) {
        guard let place = watchPlaces.removeValue(forKey: number),
            let index = place.watches.firstIndex(where: { $0.number == number })
        else { return }
        let watch = place.watches.remove(at: index)
        if watch.client != .zero { guestWatches[watch.client]?.remove(number) }
        place.prune()
    }

    /// Tells the watches on a place, and unless `exact` those above it.
    func fire(_ place: StorePlace, exact: Bool = false) {
        guard place.mayBeWatched else { return }
        var next: StorePlace? = place
        while let above = next {
            // Most often nobody watches, and the path need not be made.
            if !above.watches.isEmpty {
                let path = place.path
                for watch in above.watches { queue(watch, path) }
            }
            next = exact ? nil : above.above
        }
    }

    /// Tells those who watch `@introduceDomain` or `@releaseDomain`.
    private func fire(special: String) {
        for watch in specials.find(special)?.watches ?? [] { queue(watch, special) }
    }

    private func queue(_ watch: StoreWatch, _ path: String) {
        guard pendingKeys.insert(StoreWatchKey(number: watch.number, path: path)).inserted else { return }
        if pending.isEmpty { timeline.schedule(after: latency) { [weak self] in self?.deliverPending() } }
        pending.append((watch, path))
    }

    private func deliverPending() {
        let events = pending
        pending = []
        pendingKeys = []
        for event in events where watchPlaces[event.watch.number] != nil { event.watch.deliver(event.path) }
    }

    /// The machine is off.
    func halt() {
        for place in watchPlaces.values { place.watches = [] }
        watchPlaces = [:]
        guestWatches = [:]
        pending = []
        onIntroduction = { _ in }
    }

    // MARK: Domains

    /// Serves a domain from now on.
    func introduce(_ id: DomainID) {
        requests += 1
        guard introduced.insert(id).inserted else { return }
        fire(special: "@introduceDomain")
        onIntroduction(id)
    }

    /// Forgets a domain, with the nodes, watches and transactions that are its own.
    func release(_ id: DomainID) {
        requests += 1
        let owner = owned.removeValue(forKey: id)
        for path in owner?.places.map(\.path).sorted() ?? [] where node(path)?.owner == id { try? remove(path) }
        drop { $0.client == id }
        for number in guestWatches.removeValue(forKey: id) ?? [] { unwatch(number) }
        stopped.remove(id)
        if introduced.remove(id) != nil { fire(special: "@releaseDomain") }
    }

    /// Domains have shut down, or suspended; of each that is told once.
    func noticeExits(of ids: some Collection<DomainID>) {
        let new = introduced.intersection(ids).subtracting(stopped)
        stopped.formUnion(new)
        if !new.isEmpty { fire(special: "@releaseDomain") }
    }

    /// A domain that has suspended runs on: its end will be told.
    func resume(_ id: DomainID) {
        requests += 1
        stopped.remove(id)
    }
}

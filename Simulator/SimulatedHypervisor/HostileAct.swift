import HypervisorInterface

/// What a guest does to those outside that no driver does: it may write anything into its own part of xenstore, as much of it as
/// xenstored's quotas allow, and anything onto its console.
public enum HostileAct: Hashable, Sendable {
    /// Writes a value, `times` times as long as this, to a node; or to so many nodes below it, called `0`, `1`, …; again and again
    /// when `every` says how often.
    case writes(node: String, value: [UInt8], times: Int, nodes: Int?, every: Duration?)
    /// Removes a node with all that is below.
    case removes(node: String)
    /// Sets so many watches, and keeps them.
    case watches(Int)
    /// Begins so many transactions, and ends none.
    case transactions(Int)
    /// Prints this so many times.
    case floods([UInt8], times: Int)
}

extension Guest {
    /// Nodes are below the guest's own directory, unless they begin with `/`. What xenstored refuses the guest says on its console, and
    /// does nothing more.
    func perform(_ act: HostileAct) {
        switch act {
        case .writes(let node, let value, let times, let nodes, let interval):
            // As the daemons of domain 0 read it: what is no UTF-8 is replaced.
            let text = String(decoding: Array(repeatElement(value, count: times).joined()), as: UTF8.self)
            let paths = nodes.map { (0..<$0).map { "\(node)/\($0)" } } ?? [node]
            tellRefusal(of: paths) { path throws(XenStoreError) in
                try machine.store.write(storePath(path), text, as: domain.id)
            }
            guard let interval, phase == .up else { return }
            clock.after(interval) { [self] in perform(act) }
        case .removes(let node):
            tellRefusal(of: [node]) { path throws(XenStoreError) in
                try machine.store.remove(storePath(path), as: domain.id)
            }
        case .watches(let count):
            tellRefusal(of: Array(repeating: "watch", count: count), quota: "E2BIG") { _ throws(XenStoreError) in
                watches.append(try machine.store.watch(home, as: domain.id) { _ in })
            }
        case .transactions(let count):
            tellRefusal(of: Array(repeating: "transaction", count: count)) { _ throws(XenStoreError) in
                _ = try machine.store.beginTransaction(as: domain.id)
            }
        case .floods(let bytes, let times): flood(bytes, times)
        }
    }

    private func storePath(_ node: String) -> String { node.hasPrefix("/") ? node : "\(home)/\(node)" }

    private func tellRefusal(
        of names: [String], quota: String = "ENOSPC", _ request: (String) throws(XenStoreError) -> Void
    ) {
        for name in names {
            do throws(XenStoreError) {
                try request(name)
            } catch {
                return print("xenstore: \(name): \(error.reason == .quota ? quota : error.reason.word)\r\n")
            }
        }
    }

    /// As much at a time as the console daemon takes while the guest waits for room in its ring.
    private func flood(_ bytes: [UInt8], _ times: Int) {
        guard times > 0, !bytes.isEmpty else { return }
        let now = min(times, max(1, floodChunk / bytes.count))
        machine.consoles.output(Array(repeatElement(bytes, count: now).joined()), from: domain.id)
        clock.after(.milliseconds(1)) { [self] in flood(bytes, times - now) }
    }
}

private let floodChunk = 64 << 10

extension XenStoreError.Reason {
    /// What xenstored calls it (public/io/xs_wire.h).
    fileprivate var word: String {
        switch self {
        case .notFound: "ENOENT"
        case .conflict: "EAGAIN"
        case .notPermitted: "EACCES"
        case .quota: "ENOSPC"
        case .invalid: "EINVAL"
        case .unavailable, .fenced, .system: "EIO"
        }
    }
}

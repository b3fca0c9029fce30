/// How something goes wrong.
public enum FaultAction: Hashable, Sendable {
    /// Fails with this errno: `ENOMEM`, `EIO`, `EAGAIN`, …; of a script, ends with this status.
    case error(String)
    /// Takes that much longer.
    case delay(Duration)
    /// Does not return until the faults are healed or the daemon is killed.
    case hang
    /// Is lost: a watch event, a message, a back-end's reaction.
    case drop
    /// A back-end or front-end that does not get beyond this xenbus state.
    case stuck(Int)
    /// Only so many bytes of a write arrive.
    case torn(Int)
    /// One bit of what is read comes back turned around: the one of this number, counted on from the beginning again when there are not
    /// as many.
    case flipped(Int)
    /// Only so many bytes of what is read come back, as if there were no more.
    case short(Int)
    /// A connection that breaks after so many bytes.
    case cutAfter(Int)
    /// Whoever asked for what is under way cancels it at this moment; the point itself is passed unharmed.
    case cancel
    /// The daemon is killed before what was asked for is done, or when it has just been done.
    case killDaemon(after: Bool)
    /// The power fails, likewise.
    case powerLoss(after: Bool)
}

/// What a point asks of the fault that strikes it. Each acts out what it knows how to and takes no notice of the rest, so that a
/// new kind of fault concerns only those whom it is for.
extension FaultAction? {
    /// How much longer it takes.
    package var delay: Duration? {
        guard case .delay(let time) = self else { return nil }
        return time
    }

    /// The errno, or a script's status, with which it fails.
    package var errno: String? {
        guard case .error(let errno) = self else { return nil }
        return errno
    }

    /// Nothing comes of it: now, or ever.
    package var isSilence: Bool { self == .drop || self == .hang }

    /// How many bytes of a torn write arrive.
    package var torn: Int? {
        guard case .torn(let count) = self else { return nil }
        return count
    }

    /// What was read, as it comes back.
    package func damaged(_ bytes: [UInt8]) -> [UInt8] {
        if case .short(let count) = self { return Array(bytes.prefix(count)) }
        guard case .flipped(let bit) = self, !bytes.isEmpty else { return bytes }
        var bytes = bytes
        bytes[bit / 8 % bytes.count] ^= 1 << (bit % 8)
        return bytes
    }

    /// Whether what is read comes back damaged.
    package var isDamage: Bool {
        if case .short = self { return true }
        if case .flipped = self { return true }
        return false
    }

    /// After how many bytes a connection breaks.
    package var cut: Int? {
        guard case .cutAfter(let count) = self else { return nil }
        return count
    }

    /// The last state that an end of a device gets to; nil: any.
    var lastState: Int? {
        guard case .stuck(let state) = self else { return nil }
        return state
    }

    /// What ends with it, and whether what was asked for is done first.
    package var end: (of: FaultEnd, isAfter: Bool)? {
        if case .killDaemon(let after) = self { return (.daemon, after) }
        if case .powerLoss(let after) = self { return (.power, after) }
        return nil
    }
}

/// What a fault can put an end to.
package enum FaultEnd {
    case daemon, power
}

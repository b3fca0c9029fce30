import HostInterface
import Synchronization

/// Chance from a seed.
///
/// Each part of the simulated machine takes a stream of its own with `fork`, so that one more draw in one part does
/// not change what happens in the others.
public final class SimulatedRandom: RandomSource {
    /// What this stream started from.
    public let seed: UInt64
    private let generator: Mutex<SplitMix64>

    /// The same seed gives the same numbers, in the order in which they are asked for.
    public init(seed: UInt64) {
        self.seed = seed
        generator = Mutex(SplitMix64(seed: seed))
    }

    /// The next 64 bits.
    public func next() -> UInt64 {
        generator.withLock { $0.next() }
    }

    /// An independent stream. It depends on this one's seed and the name only, not on what was drawn before.
    public func fork(_ name: String) -> SimulatedRandom {
        // FNV-1a over the name, started from the seed and mixed once more.
        var hash = 0xCBF2_9CE4_8422_2325 ^ seed
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        var mixer = SplitMix64(seed: hash)
        return SimulatedRandom(seed: mixer.next())
    }

    /// A number of the range, each equally likely.
    public func number(in range: Range<Int>) -> Int {
        generator.withLock { Int.random(in: range, using: &$0) }
    }

    /// True with that probability, from 0 to 1.
    public func chance(_ probability: Double) -> Bool {
        generator.withLock { Double.random(in: 0..<1, using: &$0) } < probability
    }
}

import HostInterface

/// The kernel's random numbers (getrandom).
public struct LinuxRandom: RandomSource {
    public init() {}

    public func next() -> UInt64 {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }
}

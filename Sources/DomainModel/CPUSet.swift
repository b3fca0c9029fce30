/// A set of physical cpus.
public struct CPUSet: Hashable, Sendable, CustomStringConvertible {
    /// nil = any cpu.
    public let cpus: Set<Int>?

    public static let any = CPUSet(cpus: nil)

    private init(cpus: Set<Int>?) { self.cpus = cpus }
    public init(_ cpus: some Sequence<Int>) { self.cpus = Set(cpus) }

    /// `any cpu`, or `0-1,3`.
    public var description: String {
        guard let cpus else { return "any cpu" }
        var ranges: [ClosedRange<Int>] = []
        for cpu in cpus.sorted() {
            if let last = ranges.last, last.upperBound + 1 == cpu {
                ranges[ranges.count - 1] = last.lowerBound...cpu
            } else {
                ranges.append(cpu...cpu)
            }
        }
        return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
            .joined(separator: ",")
    }
}

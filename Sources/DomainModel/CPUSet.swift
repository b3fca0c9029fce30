/// A set of physical cpus.
public struct CPUSet: Hashable, Sendable, CustomStringConvertible {
    /// nil = any cpu.
    public let cpus: Set<Int>?

    /// Every cpu of the machine, however many there are.
    public static let any = CPUSet(cpus: nil)

    /// Far more than any machine has; a set must not be made to fill the memory.
    public static let numbers = 0...4095

    private init(cpus: Set<Int>?) { self.cpus = cpus }
    /// These cpus, counted from 0; which of them there are, the machine knows.
    public init(_ cpus: some Sequence<Int>) { self.cpus = Set(cpus) }
    /// One cpu as configurations have it: -1 is any.
    public init(cpu: Int) { self.init(cpus: cpu == -1 ? nil : [cpu]) }

    /// The one cpu, as configurations have it: -1 is any; nil = several.
    public var cpu: Int? {
        guard let cpus else { return -1 }
        return cpus.count == 1 ? cpus.first : nil
    }

    /// Reads `0-1,3`; `-1`, `any` and `all` are any cpu. What stands behind `^` is taken out again: `0-3,^1`, `all,^0`. nil: it is none of
    /// these, or no cpu is left.
    public init?(_ text: String) {
        if ["-1", "any", "all"].contains(text) {
            self = .any
            return
        }
        var cpus: Set<Int> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false).map(Self.withoutBlanks) {
            let isTakenOut = part.hasPrefix("^")
            let part = isTakenOut ? part.dropFirst() : part
            if part == "all", !isTakenOut {
                cpus.formUnion(Self.numbers)
                continue
            }
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
            guard let first = ends.first ?? nil, ends.count <= 2, let last = ends.last ?? nil, first <= last,
                Self.numbers.contains(first), Self.numbers.contains(last)
            else { return nil }
            if isTakenOut { cpus.subtract(first...last) } else { cpus.formUnion(first...last) }
        }
        guard !cpus.isEmpty else { return nil }
        self.cpus = cpus
    }

    private static func withoutBlanks(_ text: Substring) -> Substring {
        var text = text.drop { $0 == " " }
        while text.last == " " { text.removeLast() }
        return text
    }

    /// `any`, or `0-1,3`: what is read again.
    public var text: String { cpus == nil ? "any" : description }

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

extension CPUSet {
    /// What Xen keeps of it on a machine of so many cpus: those that are there, and of all of them not whether they were named. nil: none
    /// of them is there.
    public func among(_ count: Int) -> CPUSet? {
        guard let there = cpus?.filter({ (0..<count).contains($0) }) else { return .any }
        return there.isEmpty ? nil : there.count == count ? .any : CPUSet(there)
    }
}

extension CPUSet: ExpressibleByArrayLiteral {
    /// `[0, 2]`
    public init(arrayLiteral cpus: Int...) { self.init(cpus) }
}

/// The quick way for the numbers that occur: times and durations in seconds. A list of a thousand domains has two thousand of them.
///
/// 0.NUMBER × 10^point, where the number has up to 12 digits and does not end in 0.
struct QuickDecimal {
    private(set) var number: UInt64
    private(set) var point: Int

    /// The same as `Decimal(exactly: value).rounded(to: 12)`, without long arithmetic; nil outside 0.001 ..< 10^11.
    ///
    /// The value is m × 2^-s with m < 2^53 and, in that range, s ≤ 62. Times 10^k, k ≤ 14, it stays below 2^100, so
    /// that 128 bits hold it exactly, and what the shift by s drops tells how to round.
    init?(_ value: Double) {
        let count = NumberText.significantDigits
        guard value >= 0.001, value < 1e11 else { return nil }
        let exponent = Int(value.ulp.exponent)
        guard exponent < 0 else { return nil }
        var point = -2
        while point < 11, value >= Self.powers[point + 3] { point += 1 }
        let product = UInt64(value / value.ulp).multipliedFullWidth(by: Self.wholePowers[count - point])
        let shift = UInt64(-exponent)
        var number = product.high << (64 - shift) | product.low >> shift
        let dropped = product.low & (1 << shift - 1)
        let half: UInt64 = 1 << (shift - 1)
        if dropped > half || dropped == half && number % 2 == 1 { number += 1 }
        if number == Self.wholePowers[count] {
            number /= 10
            point += 1
        }
        while number % 10 == 0 { number /= 10 }
        (self.number, self.point) = (number, point)
    }

    /// Calls `body` with its digits, in ASCII.
    func withDigits(_ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: NumberText.significantDigits) { digits in
            var start = digits.count
            var rest = number
            repeat {
                start -= 1
                digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
            body(UnsafeBufferPointer(rebasing: digits[start...]))
        }
    }

    /// 10^-3 … 10^11. Each is the double next to that power, which decides right: no double lies between them.
    private static let powers: [Double] = [
        0.001, 0.01, 0.1, 1, 10, 100, 1000, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
    ]
    private static let wholePowers: [UInt64] = (0...14).map { exponent in
        (0..<exponent).reduce(1) { power, _ in power * 10 }
    }
}

extension Decimal {
    /// The same, for who compares it with the long way; nil where there is no quick one.
    init?(quickly value: Double) {
        guard let quick = QuickDecimal(value) else { return nil }
        self.init(digits: String(quick.number).utf8.map { $0 - UInt8(ascii: "0") }, point: quick.point)
    }
}

/// The quick way for the numbers that occur: times and durations in seconds.
extension Decimal {
    /// The same as `Decimal(exactly: value).rounded(to: 12)`, without long arithmetic; nil outside 0.001 ..< 10^11.
    ///
    /// The value is m × 2^-s with m < 2^53 and, in that range, s ≤ 62. Times 10^k, k ≤ 14, it stays below 2^100, so
    /// that 128 bits hold it exactly, and what the shift by s drops tells how to round.
    init?(quickly value: Double) {
        let count = NumberText.significantDigits
        guard value >= 0.001, value < 1e11 else { return nil }
        let exponent = Int(value.ulp.exponent)
        guard exponent < 0 else { return nil }
        var point = -2
        while point < 11, value >= Self.powers[point + 3] { point += 1 }
        let scaled = UInt128(UInt64(value / value.ulp)) * UInt128(Self.wholePowers[count - point])
        var number = UInt64(scaled >> UInt128(-exponent))
        let dropped = scaled & ((1 << UInt128(-exponent)) - 1)
        let half: UInt128 = 1 << UInt128(-exponent - 1)
        if dropped > half || dropped == half && number % 2 == 1 { number += 1 }
        if number == Self.wholePowers[count] {
            number /= 10
            point += 1
        }
        while number % 10 == 0 { number /= 10 }
        self.init(digits: String(number).utf8.map { $0 - UInt8(ascii: "0") }, point: point)
    }

    /// 10^-3 … 10^11. Each is the double next to that power, which decides right: no double lies between them.
    private static let powers: [Double] = [
        0.001, 0.01, 0.1, 1, 10, 100, 1000, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
    ]
    private static let wholePowers: [UInt64] = (0...14).map { exponent in
        (0..<exponent).reduce(1) { power, _ in power * 10 }
    }
}

/// A positive number as decimal digits: 0.d₁d₂d₃… × 10^point, with d₁ ≠ 0.
struct Decimal {
    var digits: [UInt8]
    var point: Int

    init(digits: [UInt8], point: Int) {
        self.digits = digits
        self.point = point
    }

    /// All digits of `value`, which is finite and above zero.
    ///
    /// The value is m × 2^e with whole m; for negative e that is m × 5^-e / 10^-e, so the digits are those of a whole
    /// number in either case.
    init(exactly value: Double) {
        let exponent = Int(value.ulp.exponent)
        var number = WholeNumber(UInt64(value / value.ulp))
        number.multiply(by: exponent < 0 ? 5 : 2, times: abs(exponent))
        digits = number.digits
        point = digits.count + min(0, exponent)
    }

    /// Rounded to `count` digits, halves to the even digit; without trailing zeros.
    func rounded(to count: Int) -> Decimal {
        var result = self
        if digits.count > count {
            result.digits = Array(digits.prefix(count))
            if roundsUp(after: count) { result.increment() }
        }
        while result.digits.count > 1, result.digits.last == 0 { result.digits.removeLast() }
        return result
    }

    private func roundsUp(after count: Int) -> Bool {
        guard digits[count] == 5, digits[(count + 1)...].allSatisfy({ $0 == 0 }) else { return digits[count] >= 5 }
        return digits[count - 1] % 2 == 1
    }

    private mutating func increment() {
        for index in digits.indices.reversed() {
            if digits[index] < 9 {
                digits[index] += 1
                return
            }
            digits[index] = 0
        }
        digits.insert(1, at: 0)
        point += 1
    }
}

/// A whole number of any size, as far as `Decimal` needs it.
private struct WholeNumber {
    private static let base: UInt64 = 1_000_000_000
    private static let digitsPerLimb = 9
    /// Digits to the base, least significant first.
    private var limbs: [UInt64] = []

    init(_ value: UInt64) {
        var rest = value
        while rest > 0 {
            limbs.append(rest % Self.base)
            rest /= Self.base
        }
    }

    mutating func multiply(by factor: UInt64, times: Int) {
        // As many factors at once as keep a limb times them within 64 bits: 5^13 < 2^31.
        let step = 13
        var power: UInt64 = 1
        for _ in 0..<step { power *= factor }
        for _ in 0..<times / step { multiply(by: power) }
        for _ in 0..<times % step { multiply(by: factor) }
    }

    private mutating func multiply(by factor: UInt64) {
        var carry: UInt64 = 0
        for index in limbs.indices {
            let product = limbs[index] * factor + carry
            limbs[index] = product % Self.base
            carry = product / Self.base
        }
        if carry > 0 { limbs.append(carry % Self.base) }
        if carry >= Self.base { limbs.append(carry / Self.base) }
    }

    /// The decimal digits, most significant first, without leading zeros.
    var digits: [UInt8] {
        var result: [UInt8] = []
        for limb in limbs {
            var rest = limb
            for _ in 0..<Self.digitsPerLimb {
                result.append(UInt8(rest % 10))
                rest /= 10
            }
        }
        while result.last == 0 { result.removeLast() }
        return result.reversed()
    }
}

/// Numbers, which exist on output only.
extension SExpression {
    /// `value` as xend 2.0 printed it, by Python 2.7's `str`: 12 significant digits, without trailing zeros but with
    /// at least one digit after the point, and with an exponent outside 0.0001 … 99999999999: `4.0`, `172.2`, `1e+16`.
    public static func number(_ value: Double) -> SExpression {
        .atom(NumberText.text(of: value))
    }
}

/// The decimal text of a `Double`.
enum NumberText {
    static let significantDigits = 12

    static func text(of value: Double) -> String {
        let sign = value.sign == .minus && !value.isNaN ? "-" : ""
        if value.isNaN { return "nan" }
        if value.isInfinite { return sign + "inf" }
        if value.isZero { return sign + "0.0" }
        let decimal =
            Decimal(quickly: value.magnitude) ?? Decimal(exactly: value.magnitude).rounded(to: significantDigits)
        return sign + layout(decimal)
    }

    /// Where the exponent form begins is Python's rule.
    private static func layout(_ decimal: Decimal) -> String {
        let digits = String(decoding: decimal.digits.map { $0 + UInt8(ascii: "0") }, as: UTF8.self)
        let point = decimal.point
        if point <= -4 || point > significantDigits - 1 {
            let exponent = String((point - 1).magnitude)
            let tail = digits.dropFirst()
            return digits.prefix(1) + (tail.isEmpty ? "" : "." + tail) + (point > 0 ? "e+" : "e-")
                + (exponent.count < 2 ? "0" : "") + exponent
        }
        if point <= 0 { return "0." + String(repeating: "0", count: -point) + digits }
        let whole = digits.prefix(point)
        let fraction = digits.dropFirst(point)
        return whole + String(repeating: "0", count: point - whole.count) + "." + (fraction.isEmpty ? "0" : fraction)
    }
}

/// Numbers, which exist on output only.
extension SExpression {
    /// `value` as xend 2.0 printed it, by Python 2.7's `str`: 12 significant digits, without trailing zeros but with
    /// at least one digit after the point, and with an exponent outside 0.0001 … 99999999999: `4.0`, `172.2`, `1e+16`.
    public static func number(_ value: Double) -> SExpression {
        .atom(NumberText.text(of: value))
    }
}

/// The decimal text of a number.
enum NumberText {
    static let significantDigits = 12

    static func text(of value: Double) -> String {
        var bytes: [UInt8] = []
        write(value, into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    static func write(_ value: Double, into bytes: inout [UInt8]) {
        if value.isNaN {
            bytes += "nan".utf8
            return
        }
        if value.sign == .minus { bytes.append(UInt8(ascii: "-")) }
        if value.isInfinite {
            bytes += "inf".utf8
            return
        }
        if value.isZero {
            bytes += "0.0".utf8
            return
        }
        if let quick = QuickDecimal(value.magnitude) {
            quick.withDigits { layout($0, point: quick.point, into: &bytes) }
        } else {
            let decimal = Decimal(exactly: value.magnitude).rounded(to: significantDigits)
            decimal.digits.map { $0 + UInt8(ascii: "0") }.withUnsafeBufferPointer {
                layout($0, point: decimal.point, into: &bytes)
            }
        }
    }

    static func write(_ value: Int, into bytes: inout [UInt8]) {
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        let start = bytes.count
        var rest = value.magnitude
        repeat {
            bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        bytes[start...].reverse()
    }

    /// Where the exponent form begins is Python's rule.
    private static func layout(_ digits: UnsafeBufferPointer<UInt8>, point: Int, into bytes: inout [UInt8]) {
        let zero = UInt8(ascii: "0")
        let dot = UInt8(ascii: ".")
        if point <= -4 || point > significantDigits - 1 {
            bytes.append(digits[0])
            if digits.count > 1 {
                bytes.append(dot)
                bytes += digits[1...]
            }
            bytes += point > 0 ? "e+".utf8 : "e-".utf8
            let exponent = (point - 1).magnitude
            if exponent < 10 { bytes.append(zero) }
            write(Int(exponent), into: &bytes)
        } else if point <= 0 {
            bytes += [zero, dot]
            bytes.append(contentsOf: repeatElement(zero, count: -point))
            bytes += digits
        } else {
            bytes += digits.prefix(point)
            bytes.append(contentsOf: repeatElement(zero, count: max(0, point - digits.count)))
            bytes.append(dot)
            if digits.count > point { bytes += digits[point...] } else { bytes.append(zero) }
        }
    }
}

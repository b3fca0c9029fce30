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

    /// Of the longest text: sign, digits, point, and an exponent or the zeros before the digits.
    private static let longest = 24

    static func text(of value: Double) -> String {
        String(unsafeUninitializedCapacity: longest) { text in
            var output = OutputSpan(buffer: text, initializedCount: 0)
            write(value, to: &output)
            return output.finalize(for: text)
        }
    }

    static func write(_ value: Double, into bytes: inout [UInt8]) {
        bytes.append(addingCapacity: longest) { write(value, to: &$0) }
    }

    private static func write(_ value: Double, to output: inout OutputSpan<UInt8>) {
        if value.isNaN { return write("nan", to: &output) }
        if value.sign == .minus { output.append(UInt8(ascii: "-")) }
        if value.isInfinite { return write("inf", to: &output) }
        if value.isZero { return write("0.0", to: &output) }
        if let quick = QuickDecimal(value.magnitude) {
            quick.withDigits { layout($0, point: quick.point, to: &output) }
        } else {
            let decimal = Decimal(exactly: value.magnitude).rounded(to: significantDigits)
            decimal.digits.map { $0 + UInt8(ascii: "0") }.withUnsafeBufferPointer {
                layout($0, point: decimal.point, to: &output)
            }
        }
    }

    private static func write(_ text: StaticString, to output: inout OutputSpan<UInt8>) {
        text.withUTF8Buffer { for byte in $0 { output.append(byte) } }
    }

    static func write(_ value: Int, into bytes: inout [UInt8]) {
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        write(UInt64(value.magnitude), into: &bytes)
    }

    static func write(_ value: UInt64, into bytes: inout [UInt8]) {
        // Of the highest: 20 digits.
        bytes.append(addingCapacity: 20) { output in
            var power: UInt64 = 1
            while value / power >= 10 { power *= 10 }
            while power > 0 {
                output.append(UInt8(ascii: "0") + UInt8(value / power % 10))
                power /= 10
            }
        }
    }

    /// Where the exponent form begins is Python's rule.
    private static func layout(
        _ digits: UnsafeBufferPointer<UInt8>, point: Int, to output: inout OutputSpan<UInt8>
    ) {
        let zero = UInt8(ascii: "0")
        let dot = UInt8(ascii: ".")
        if point <= -4 || point > significantDigits - 1 {
            output.append(digits[0])
            if digits.count > 1 { output.append(dot) }
            for digit in digits.dropFirst() { output.append(digit) }
            write(point > 0 ? "e+" : "e-", to: &output)
            let exponent = Int((point - 1).magnitude)
            if exponent >= 100 { output.append(zero + UInt8(exponent / 100)) }
            output.append(zero + UInt8(exponent / 10 % 10))
            output.append(zero + UInt8(exponent % 10))
        } else if point <= 0 {
            write("0.", to: &output)
            for _ in 0..<(-point) { output.append(zero) }
            for digit in digits { output.append(digit) }
        } else {
            for place in 0..<max(point, digits.count) {
                if place == point { output.append(dot) }
                output.append(place < digits.count ? digits[place] : zero)
            }
            if digits.count <= point { write(".0", to: &output) }
        }
    }
}

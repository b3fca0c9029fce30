import SExpressions

/// Percent-encoding, in paths and in forms.
enum URLEncoding {
    /// The bytes a percent-encoded text stands for. A `%` without two hex digits stands for itself.
    /// - Parameter plusIsBlank: in forms, not in paths.
    static func decode(_ text: ArraySlice<UInt8>, plusIsBlank: Bool) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var index = text.startIndex
        while index < text.endIndex {
            let byte = text[index]
            if byte == UInt8(ascii: "%"), index + 2 < text.endIndex,
                let high = hexValue(text[index + 1]), let low = hexValue(text[index + 2])
            {
                result.append(high << 4 | low)
                index += 3
            } else {
                result.append(plusIsBlank && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
                index += 1
            }
        }
        return result
    }

    /// One segment of a path: everything but RFC 3986's unreserved characters is encoded, `/` too; and the dots of `.`
    /// and `..`, which browsers would take for directions.
    static func encode(segment text: String) -> String {
        let isDots = text == "." || text == ".."
        if !isDots, text.hasOnly(isUnreserved) { return text }
        let bytes = SXPText.bytes(of: text)
        var result = ""
        for byte in bytes {
            if isUnreserved(byte), !isDots {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                result += byte < 16 ? "%0" : "%"
                result += String(byte, radix: 16, uppercase: true)
            }
        }
        return result
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default:
            false
        }
    }

    private static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

extension Form {
    /// Reads `application/x-www-form-urlencoded`: `&` and `;` both separate, blank values are kept, a name without `=`
    /// has a blank value (reference/http-api.md §4).
    init(urlEncoded text: some Collection<UInt8>, maximumFields: Int) throws(FormError) {
        self.init()
        let bytes = Array(text)[...]
        var start = bytes.startIndex
        while start < bytes.endIndex {
            var (end, equals) = (start, -1)
            while end < bytes.endIndex, bytes[end] != UInt8(ascii: "&"), bytes[end] != UInt8(ascii: ";") {
                if equals < 0, bytes[end] == UInt8(ascii: "=") { equals = end }
                end += 1
            }
            if end > start {
                guard fields.count < maximumFields else {
                    throw FormError("more than \(maximumFields) parameters")
                }
                let name = URLEncoding.decode(bytes[start..<(equals < 0 ? end : equals)], plusIsBlank: true)
                let value = URLEncoding.decode(bytes[(equals < 0 ? end : equals + 1)..<end], plusIsBlank: true)
                append(Field(SXPText.string(decoding: name), value))
            }
            start = end + 1
        }
    }
}

extension String {
    /// Whether all its bytes are such; looked at as one piece of memory, which is a third of what looking at a text's bytes costs.
    func hasOnly(_ isSuch: (UInt8) -> Bool) -> Bool {
        var text = self
        return text.withUTF8 { $0.allSatisfy(isSuch) }
    }
}

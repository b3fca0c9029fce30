/// The bytes that mean something in SXP.
enum Ascii {
    static let endOfInput: UInt8 = 4  // Ctrl-D
    static let tab = UInt8(ascii: "\t")
    static let lineFeed = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")
    static let space = UInt8(ascii: " ")
    static let doubleQuote = UInt8(ascii: "\"")
    static let singleQuote = UInt8(ascii: "'")
    static let hash = UInt8(ascii: "#")
    static let open = UInt8(ascii: "(")
    static let close = UInt8(ascii: ")")
    static let backslash = UInt8(ascii: "\\")

    /// Blank, tab, LF, VT, FF, CR.
    static func isSpace(_ byte: UInt8) -> Bool {
        byte == space || (9...13).contains(byte)
    }

    /// `{ } ( ) < > [ ] ! ;`: they end a bare word.
    static func isSeparator(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "}"), open, close, UInt8(ascii: "<"), UInt8(ascii: ">"),
            UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "!"), UInt8(ascii: ";"):
            true
        default:
            false
        }
    }

    /// Letters, digits and `. - _ : / ~`: what is printed without quotes.
    static func isPlain(_ byte: UInt8) -> Bool {
        // A bit for each character of ASCII: every byte of every answer is asked about.
        byte < 128 && (byte < 64 ? plain.low : plain.high) &>> UInt64(byte & 63) & 1 == 1
    }

    private static let plain: (low: UInt64, high: UInt64) = (0x07ff_e000_0000_0000, 0x47ff_fffe_87ff_fffe)

    /// What stands in quotes as it is: printable ASCII without quotes and backslash.
    static func isUnescaped(_ byte: UInt8) -> Bool {
        (0x20..<0x7f).contains(byte) && byte != singleQuote && byte != doubleQuote && byte != backslash
    }

    /// The value of a hex digit.
    static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// What a letter or quote after a backslash in a string stands for.
    static func escaped(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "a"): 7
        case UInt8(ascii: "b"): 8
        case UInt8(ascii: "t"): tab
        case UInt8(ascii: "n"): lineFeed
        case UInt8(ascii: "v"): 11
        case UInt8(ascii: "f"): 12
        case UInt8(ascii: "r"): carriageReturn
        case backslash, singleQuote, doubleQuote: byte
        default: nil
        }
    }
}

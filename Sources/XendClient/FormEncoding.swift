// Arguments to bytes: url-encoding, and multipart/form-data where a file is uploaded.

import SExpressions

/// The two encodings of HTML forms.
public enum FormEncoding {
    /// Encodes the arguments of a POST.
    static func encode(
        _ arguments: [(name: String, value: XendCall.Argument)], boundary: String
    ) -> (contentType: String, body: [UInt8]) {
        let hasFile = arguments.contains { if case .file = $0.value { true } else { false } }
        return hasFile
            ? ("multipart/form-data; boundary=\(boundary)", multipart(arguments, boundary: boundary))
            : ("application/x-www-form-urlencoded", Array(urlEncoded(arguments).utf8))
    }

    /// `a=1&b=x+y`.
    public static func urlEncoded(_ arguments: [(name: String, value: XendCall.Argument)]) -> String {
        arguments.map { "\(escaped($0.name))=\(escaped(text(of: $0.value)))" }.joined(separator: "&")
    }

    /// One segment of a path: everything but unreserved characters is percent-encoded, `/` too.
    public static func pathSegment(_ text: String) -> String {
        percentEncoded(SXPText.bytes(of: text), plusForBlank: false)
    }

    private static func escaped(_ text: String) -> String {
        percentEncoded(SXPText.bytes(of: text), plusForBlank: true)
    }

    private static func text(of argument: XendCall.Argument) -> String {
        switch argument {
        case .text(let text): text
        case .file(_, let content): SXPText.string(decoding: content)
        }
    }

    private static func percentEncoded(_ bytes: [UInt8], plusForBlank: Bool) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var result: [UInt8] = []
        for byte in bytes {
            if isUnreserved(byte) {
                result.append(byte)
            } else if byte == UInt8(ascii: " ") && plusForBlank {
                result.append(UInt8(ascii: "+"))
            } else {
                result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// RFC 3986, 2.3.
    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: "-._~".utf8.contains(byte)
        }
    }

    // MARK: multipart

    /// The body of a form whose fields stand between lines of `boundary`.
    public static func multipart(
        _ arguments: [(name: String, value: XendCall.Argument)], boundary: String
    ) -> [UInt8] {
        var body: [UInt8] = []
        for (name, value) in arguments {
            body += Array("--\(boundary)\r\nContent-Disposition: form-data; name=\"\(quoted(name))\"".utf8)
            switch value {
            case .text(let text): body += Array("\r\n\r\n".utf8) + SXPText.bytes(of: text)
            case .file(let file, let content):
                body += Array("; filename=\"\(quoted(file))\"\r\n".utf8)
                body += Array("Content-Type: application/octet-stream\r\n\r\n".utf8) + content
            }
            body += Array("\r\n".utf8)
        }
        return body + Array("--\(boundary)--\r\n".utf8)
    }

    /// What browsers do to names: neither a quote nor a line break can leave the header.
    private static func quoted(_ name: String) -> String {
        var result = ""
        for scalar in name.unicodeScalars {
            switch scalar {
            case "\"": result += "%22"
            case "\r": result += "%0D"
            case "\n": result += "%0A"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// A boundary that does not occur in `content`: 16 hexadecimal digits, as the original made them.
    ///
    /// It is counted up from the content's own hash until it is not found, so it needs no chance.
    public static func boundary(avoiding arguments: [(name: String, value: XendCall.Argument)]) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for argument in arguments {
            guard case .file(_, let content) = argument.value else { continue }
            for byte in content { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        }
        while true {
            let digits = String(hash, radix: 16)
            let boundary = String(repeating: "0", count: 16 - digits.count) + digits
            let found = arguments.contains { argument in
                guard case .file(_, let content) = argument.value else { return false }
                return SXPText.string(decoding: content).contains(boundary)
            }
            if !found { return boundary }
            hash &+= 1
        }
    }
}

/// The little shell of a guest whose behaviour says `shell`.
struct GuestTerminal {
    static let prompt = "# "
    /// As the line discipline of a terminal has it: what is longer is not a command.
    private static let lineLimit = 4096
    private var line: [UInt8] = []

    mutating func type(_ bytes: [UInt8], into guest: Guest) {
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\r"), UInt8(ascii: "\n"):
                let command = String(decoding: line, as: UTF8.self)
                line = []
                guest.print("\r\n" + Self.answer(to: command, in: guest))
            case 0x7F, 0x08:
                if line.popLast() != nil { guest.print("\u{8} \u{8}") }
            default:
                if line.count < Self.lineLimit { line.append(byte) }
                guest.print(String(decoding: [byte], as: UTF8.self))
            }
        }
    }

    private static func answer(to command: String, in guest: Guest) -> String {
        let words = command.split(separator: " ")
        switch words.first.map(String.init) {
        case nil: return prompt
        case "echo": return words.dropFirst().joined(separator: " ") + "\r\n" + prompt
        case "hostname": return guest.hostName + "\r\n" + prompt
        case "uptime": return "up \(guest.clock.uptime.components.seconds) s\r\n" + prompt
        case "poweroff", "halt":
            guest.beginShutdown(.poweroff)
            return ""
        case "reboot":
            guest.beginShutdown(.reboot)
            return ""
        case "crash":
            guest.crash()
            return ""
        case let name?: return "sh: \(name): not found\r\n" + prompt
        }
    }
}

/// Something a client asks of the node itself.
public enum NodeOperation: Hashable, Sendable {
    /// Ends the machine, or starts it again.
    case shutDown(reboot: Bool)
    /// Ends the defined domains as each of them says, before the machine goes down.
    case stopDomains(seconds: Int)
    /// Reads the configuration again, with what it names.
    case reload
    /// Where every event is posted; blank = nowhere.
    case notify(url: String)
}

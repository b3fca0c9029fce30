/// Something a client asks of the node itself.
public enum NodeOperation: Hashable, Sendable {
    /// Ends the machine, or starts it again.
    case shutDown(reboot: Bool)
    /// Where every event is posted; blank = nowhere.
    case notify(url: String)
}

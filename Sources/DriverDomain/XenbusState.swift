/// The states of either end of a split device (Xen's public/io/xenbus.h).
enum XenbusState: Int {
    case unknown = 0
    case initialising, initWait, initialised, connected, closing, closed

    init(text: String?) {
        self = text.flatMap(Int.init).flatMap(XenbusState.init(rawValue:)) ?? .unknown
    }

    var text: String { String(rawValue) }
}

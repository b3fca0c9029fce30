/// The states of a split device's end (public/io/xenbus.h).
enum XenbusState: Int, Comparable {
    case unknown, initialising, initWait, initialised, connected, closing, closed

    init(text: String?) { self = text.flatMap { Int($0) }.flatMap(XenbusState.init(rawValue:)) ?? .unknown }

    static func < (a: XenbusState, b: XenbusState) -> Bool { a.rawValue < b.rawValue }
}

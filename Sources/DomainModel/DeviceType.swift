/// The kinds of device a domain can have. Every list of them is made of this one: of all cases, of the split ones, or by the name of
/// their back-ends.
public enum DeviceType: String, CaseIterable, Comparable, Sendable {
    /// In the order they are listed.
    case vif, vbd, pci

    /// By its name, or by one that Xen 3 had for a disk behind a driver: `tap`, `tap2`.
    public init?(word: String) {
        self.init(rawValue: ["tap", "tap2"].contains(word) ? Self.vbd.rawValue : word)
    }

    /// Those that xend connects: with a front-end in the guest and a back-end in a driver domain, which find each other in xenstore.
    public static let split = allCases.filter(\.isSplit)

    /// Whether it is one of ``split``.
    public var isSplit: Bool {
        switch self {
        case .vif, .vbd: true
        case .pci: false
        }
    }

    /// Those of which a domain may offer back-ends to others, by the name that `(backend (NAME))` and the debug port have for
    /// it, in the order of the names (reference/domain.md §1).
    public static let byBackendName: [(name: String, type: DeviceType)] = allCases.compactMap { type in
        type.backendName.map { ($0, type) }
    }
    .sorted { $0.0 < $1.0 }

    private var backendName: String? {
        switch self {
        case .vif: "netif"
        case .vbd: "blkif"
        case .pci: nil
        }
    }

    public static func < (a: DeviceType, b: DeviceType) -> Bool { a.order < b.order }

    private var order: Int {
        switch self {
        case .vif: 0
        case .vbd: 1
        case .pci: 2
        }
    }
}

/// How Xen runs a guest.
public enum GuestKind: String, CaseIterable, Sendable { case pv, pvh }

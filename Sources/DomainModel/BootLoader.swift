import SExpressions

/// What finds the kernel on the guest's own disk: `(bootloader …)`.
public enum BootLoader: Hashable, Sendable {
    /// grub as the guest's kernel: it runs within the guest, so that nothing of this machine reads the guest's disk.
    case grub
    /// A program that would run on this machine, as `pygrub`. xend runs none.
    case program(String)

    /// The words for ``grub``, as xl's `firmware` has them and as people say.
    public static let grubWords = ["pvgrub", "grub", "pvgrub32", "pvgrub64"]

    /// - Parameter source: the configuration. An empty `(bootloader)` is none where an image names the kernel; else it is the one that
    ///   the xend of Xen 3 took.
    init?(_ source: SExpression) {
        guard source.child("bootloader") != nil else { return nil }
        let text = source.childText("bootloader") ?? ""
        guard text.isEmpty else {
            self = Self.grubWords.contains(text) ? .grub : .program(text)
            return
        }
        guard source.childValue("image") == nil else { return nil }
        self = .program("pygrub")
    }

    /// Where Debian's grub-xen-host has the image for a kind of guest.
    public static func grubImage(for kind: GuestKind) -> String {
        switch kind {
        case .pv: "/usr/lib/grub-xen/grub-x86_64-xen.bin"
        case .pvh: "/usr/lib/grub-xen/grub-i386-xen_pvh.bin"
        }
    }

    /// Why a domain with another boot loader is not made; nil: it can be.
    public var refusal: String? {
        switch self {
        case .grub: nil
        case .program(let name):
            "bootloader \(name) is not run: it would read the guest's disk on this machine. bootloader = \"pvgrub\" has grub do it "
                + "within the guest, (boot-loader grub) in xend-config.sxp for all domains; or set kernel and ramdisk"
        }
    }
}

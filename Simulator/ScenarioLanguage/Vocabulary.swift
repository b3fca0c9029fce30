import HostInterface
import HypervisorInterface

/// The forms of the language by place, each with its shape: for errors that say what is allowed, and for the manual.
public enum Vocabulary {
    /// A form: its name, and how it is written.
    public struct Form: Hashable, Sendable {
        /// The form's head word.
        public var name: String
        /// As the manual page shows it.
        public var shape: String
    }

    /// Before the first step.
    public static let setup = forms(
        "(host NAME (memory MB) (dom0-memory MB) (cpus N) (config (KEY VALUE)…))",
        "(kernel PATH BEHAVIOUR…)", "(file PATH (size N) | (text \"…\") | (link PATH) | (hard-link PATH))",
        "(block-device PATH (size N))",
        "(bridge NAME)", "(script PATH BEHAVIOUR…)", "(missing PATH)",
        "(receiver NAME (answers) | (hangs) | (refuses))", "(let NAME SXP)",
        "(pool none)", "(seed N)", "(order fifo | seeded)", "(tolerate failures)", "(needs simulator | xen)")

    /// What happens.
    public static let steps = storySteps + acts

    private static let storySteps = forms(
        "(create CONFIG)", "(restore FILE)", "(pause D)", "(unpause D)", "(shutdown D REASON)", "(destroy D REASON)",
        "(save D FILE)", "(migrate D HOST (live yes|no) (resource MBIT))", "(cancel D)", "(pincpu D CPU)",
        "(maxmem D MB)", "(device-create D DEV)", "(device-destroy D TYPE IDX)", "(inject EVENT)",
        "(node shutdown | reboot)",
        "(request METHOD PATH (from ADDRESS) (header N V)… (query (K V)…) (form (K V)…) (multipart (K V)…) (body TEXT))",
        "(console D (as NAME) (from ADDRESS) (connect) (send TEXT) (expect TEXT) (disconnect))",
        "(debug (from ADDRESS) (connect) (send TEXT) (expect TEXT) (disconnect))",
        "(expect CHECK…)",
        "(advance T)", "(settle)", "(wait (within T) CHECK…)", "(background NAME STEP)", "(finish NAME CHECK…)",
        "(when CHECK STEP)", "(parallel STEP…)", "(repeat N STEP…)")

    /// What is done to machines, behind the daemon's back: steps, and forms that `/simulator` and the test kit take.
    public static let acts = forms(
        "(guest D (shutdown REASON) | (crash) | (hang) | (prints TEXT [(times N)]) | (dirties MB/S (of MB)) | (writes NODE TEXT [(times N)] [(nodes N)] [(every T)]) | (removes NODE) | (watches N) | (transactions N))",
        "(fault POINT [(nth N) | (every N) | (after T) | (probability P)] ACTION)", "(heal)",
        "(daemon stop | start | kill | restart)", "(power-loss HOST)", "(host-reboot HOST)",
        "(xl create D MB KERNEL | destroy D)", "(clock (forward T) | (back T))", "(copy FILE HOST HOST)",
        "(write PATH TEXT)", "(corrupt PATH)")

    /// What must hold.
    public static let checks = forms(
        "(status N)", "(header NAME P)", "(text P)", "(error P)", "(sxp P)", "(xpath EXPR [P])",
        "(domain D FIELD…)", "(no-domain D)", "(domains D…)", "(events P…)", "(events-exactly P…)",
        "(running-on HOST D)", "(memory-free MB)", "(no-leaks)", "(script-calls PATH P…)", "(task D P)", "(log P)",
        "(file PATH P)", "(received NAME P…)", "(open NAME)", "(closed NAME)", "(not CHECK)")

    /// Of guests, in `(kernel ...)`.
    public static let behaviours = forms(
        "(boots-in T)", "(prints TEXT)", "(echoes)", "(shell)", "(shuts-down-in T)", "(ignores shutdown)",
        "(refuses suspend)", "(exits-after T REASON)", "(crashes-after T)", "(hangs-after T)",
        "(dirties MB/S (of MB))", "(uses-cpu PERCENT)", "(balloons-in T)", "(never-connects vif | vbd)")

    /// In `(guest ...)`.
    public static let guestActs = forms(
        "(shutdown REASON)", "(crash)", "(hang)", "(prints TEXT [(times N)])", "(dirties MB/S (of MB))",
        "(writes NODE TEXT [(times N)] [(nodes N)] [(every T)])", "(removes NODE)", "(watches N)", "(transactions N)")
    /// In `(writes ...)` and `(prints ...)` of a guest.
    static let writingParts = forms("(times N)", "(nodes N)", "(every T)")
    static let printingParts = forms("(times N)")

    /// Where faults can be.
    public static let points = forms(
        "(hypercall NAME [ID])", "(xenstore \(words(XenStoreRequest.self)) [PATH])",
        "(script PATH [up | down | bind | unbind])", "(backend vif | vbd [ID])", "(frontend vif | vbd [ID])",
        "(disk \(words(FileOperation.self)) [PATH])", "(network HOST HOST)", "(listener PORT)", "(step TEXT)",
        "(guest D [REQUEST])")

    /// Which passage through a point.
    public static let selectors = forms("(nth N)", "(every N)", "(after T)", "(probability P)")

    /// What a fault does.
    public static let actions = forms(
        "(error ERRNO | STATUS)", "(delay T)", "(hang)", "(drop)", "(stuck STATE)", "(torn N)", "(cut-after BYTES)",
        "(cancel)", "(kill-daemon [after])", "(power-loss [after])")

    static let streamActs = forms("(from ADDRESS)", "(connect)", "(send TEXT)", "(expect TEXT)", "(disconnect)")
    static let requestParts = forms(
        "(from ADDRESS)", "(header N V)", "(query (K V)…)", "(form (K V)…)", "(multipart (K V)…)", "(body TEXT)")
    /// In `(script ...)`.
    public static let scriptParts = forms("(like SCRIPT)", "(prints TEXT)", "(exits STATUS)", "(takes T)")
    static let hostParts = forms("(memory MB)", "(dom0-memory MB)", "(cpus N)", "(config (KEY VALUE)…)")

    /// Every form with an example in the manual, by place.
    public static let all: [(place: String, forms: [Form])] = [
        ("setup", setup), ("step", steps), ("check", checks), ("behaviour", behaviours), ("script", scriptParts),
        ("point", points),
        ("action", actions),
    ]

    private static func words<Word: RawRepresentable & CaseIterable>(_: Word.Type) -> String
    where Word.RawValue == String { Word.allCases.map(\.rawValue).joined(separator: " | ") }

    private static func forms(_ shapes: String...) -> [Form] {
        shapes.map { shape in
            Form(name: String(shape.dropFirst().prefix { $0 != " " && $0 != ")" }), shape: shape)
        }
    }
}

extension [Vocabulary.Form] {
    package var names: [String] { map(\.name) }
    package func shape(of name: String) -> String? { first { $0.name == name }?.shape }
}

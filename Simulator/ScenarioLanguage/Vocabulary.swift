import SimulatedHypervisor

/// The forms of the language by place, each with its shape: for errors that say what is allowed, and for the manual. Shapes that
/// are not here stand beside what they are read into.
public enum Vocabulary {
    /// A form: its name, and how it is written.
    public struct Form: Hashable, Sendable {
        /// The form's head word.
        public var name: String
        /// As the manual page shows it.
        public var shape: String

        init(name: String, shape: String) {
            self.name = name
            self.shape = shape
        }

        /// - Parameter shape: with the head word.
        package init(_ shape: String) {
            self.init(name: String(shape.dropFirst().prefix { $0 != " " && $0 != ")" }), shape: shape)
        }
    }

    /// Before the first step.
    public static let setup = forms(
        "(host NAME (memory MB) (dom0-memory MB) (cpus N) (no-pvh) (config (KEY VALUE)…))",
        "(kernel PATH BEHAVIOUR…)", "(file PATH (size N) | (text \"…\") | (link PATH) | (hard-link PATH))",
        "(block-device PATH (size N))",
        "(bridge NAME)", "(script PATH BEHAVIOUR…)", "(missing PATH)",
        "(receiver NAME (answers) | (hangs) | (refuses))", "(let NAME SXP)",
        "(pool none)", "(seed N)", "(order fifo | seeded)", "(tolerate failures)", "(needs simulator | xen)")

    /// What happens.
    public static let steps = operations + storySteps + acts

    /// One HTTP operation each.
    static let operations = forms(RequestReader.shapes)

    private static let storySteps = forms(
        "(request METHOD PATH (from WHO) (header N V)… (query (K V)…) (form (K V)…) (multipart (K V)…) (body TEXT))",
        "(console D (as NAME) (from WHO) (connect) (send TEXT) (expect TEXT) (disconnect))",
        "(debug (from WHO) (connect) (send TEXT) (expect TEXT) (disconnect))",
        "(expect CHECK…)",
        "(advance T)", "(settle)", "(wait (within T) CHECK…)", "(background NAME STEP)", "(finish NAME CHECK…)",
        "(when CHECK STEP)", "(parallel STEP…)", "(repeat N STEP…)")

    /// What is done to machines, behind the daemon's back: steps, and forms that `/simulator` and the test kit take.
    public static let acts = forms(MachineAct.shapes)

    /// What must hold.
    public static let checks = forms(
        "(status N)", "(header NAME P)", "(text P)", "(error P)", "(sxp P)", "(xpath EXPR [P])",
        "(domain D FIELD…)", "(no-domain D)", "(domains D…)", "(events P…)", "(events-exactly P…)",
        "(running-on HOST D)", "(memory-free MB)", "(no-leaks)", "(script-calls PATH P…)", "(task D P)", "(log P)",
        "(file PATH P)", "(received NAME P…)", "(open NAME)", "(closed NAME)", "(not CHECK)")

    /// Of guests, in `(kernel ...)`.
    public static let behaviours = forms(Behaviour.shapes)

    /// In `(guest ...)`.
    public static let guestActs = forms(GuestAct.shapes)
    /// In `(writes ...)` and `(prints ...)` of a guest.
    static let writingParts = forms("(times N)", "(nodes N)", "(every T)")
    static let printingParts = forms("(times N)")

    /// Where faults can be.
    public static let points = forms(FaultPattern.shapes)

    /// Which passage through a point.
    public static let selectors = forms(FaultRule.Selector.shapes)

    /// What a fault does.
    public static let actions = forms(FaultAction.shapes)

    static let streamActs = forms("(from WHO)", "(connect)", "(send TEXT)", "(expect TEXT)", "(disconnect)")
    static let requestParts = forms(
        "(from WHO)", "(token TEXT)", "(header N V)", "(query (K V)…)", "(form (K V)…)", "(multipart (K V)…)",
        "(body TEXT)")
    /// In `(script ...)`.
    public static let scriptParts = forms("(like SCRIPT)", "(prints TEXT)", "(exits STATUS)", "(takes T)")
    static let hostParts = forms("(memory MB)", "(dom0-memory MB)", "(cpus N)", "(no-pvh)", "(config (KEY VALUE)…)")

    /// Every form with an example in the manual, by place.
    public static let all: [(place: String, forms: [Form])] = [
        ("setup", setup), ("step", steps), ("check", checks), ("behaviour", behaviours), ("script", scriptParts),
        ("point", points),
        ("action", actions),
    ]

    static func words<Word: RawRepresentable & CaseIterable>(_: Word.Type) -> String
    where Word.RawValue == String { words(Word.allCases.map(\.rawValue)) }

    static func words(_ words: [String]) -> String { words.joined(separator: " | ") }

    private static func forms(_ shapes: String...) -> [Form] { forms(shapes) }

    private static func forms(_ shapes: [String]) -> [Form] {
        shapes.map { Form($0) }
    }
}

extension [Vocabulary.Form] {
    package var names: [String] { map(\.name) }
    package func shape(of name: String) -> String? { first { $0.name == name }?.shape }
}

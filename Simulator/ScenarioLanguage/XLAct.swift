/// What Xen's own toolstack does, without a word to the daemon: `(xl create web 64 /boot/vmlinuz)`, `(xl destroy web)`.
public enum XLAct: Sendable {
    /// Makes a domain without devices, and lets it run.
    case create(domain: String, mebibytes: Int, kernel: String)
    /// Ends a domain behind xend's back.
    case destroy(domain: String)

    init(_ form: inout FormReader) throws(ScenarioError) {
        enum Verb: String, CaseIterable { case create, destroy }
        let verb = try form.word("what xl does", Verb.self)
        let domain = try form.word("the domain")
        switch verb {
        case .destroy: self = .destroy(domain: domain)
        case .create:
            let mebibytes = try form.number("the megabytes", 1...1_048_576)
            self = .create(domain: domain, mebibytes: mebibytes, kernel: try form.word("the kernel"))
        }
    }

    /// As it stands in a scenario.
    package var form: String {
        switch self {
        case .create(let domain, let mebibytes, let kernel): "create \(domain) \(mebibytes) \(kernel)"
        case .destroy(let domain): "destroy \(domain)"
        }
    }
}

/// Steps as text: an opening, which says what kind of step it is, and its particulars. For logs, traces, the journal and golden plans;
/// faults of scenarios are put at steps by it.
extension Step: CustomStringConvertible {
    /// How the texts of steps begin.
    public enum Opening: String, CaseIterable, Sendable {
        case checkImage = "check image"
        case create
        case limitMemory = "limit memory to"
        case build
        case introduce = "introduce to xenstore"
        case openConsole = "open console on port"
        case keepConsole = "keep console on port"
        case joinConsole = "join console"
        case attach, pin
        case weigh = "set weight"
        case pause, unpause, request
        case setMemoryTarget = "set memory target"
        case setVCPUs = "set vcpus"
        case sysrq = "press SysRq"
        case rename = "rename to"
        case restoreName = "restore the name"
        case reconfigure
        case save = "save to"
        case send = "send to"
        case fill = "fill from"
        case settle = "decide to"
        case detach
        case releaseRemains = "release what is left"
        case closeConsole = "close console"
        case leaveConsole = "leave console"
        case withdraw = "withdraw from xenstore"
        case destroyDomain = "destroy domain"
        case awaitGone = "wait until gone"
        case remember, forget, announce
    }

    public var description: String {
        let (opening, particulars) = text
        return particulars.isEmpty ? opening.rawValue : "\(opening.rawValue) \(particulars)"
    }

    private var text: (Opening, String) {
        switch self {
        case .checkImage(let image): (.checkImage, image.kernel)
        case .createDomain(let id, let kind, let vcpus):
            (.create, "\(kind.rawValue) domain, id \(id?.description ?? "any"), vcpus \(vcpus)")
        case .limitMemory(let size): (.limitMemory, "\(size)")
        case .build(let image, let memory, _): (.build, "\(image.kernel) in \(memory)")
        case .introduce: (.introduce, "")
        case .openConsole(let port): (.openConsole, port?.description ?? Self.defaultPort)
        case .keepConsole(let port): (.keepConsole, "\(port)")
        case .joinConsole: (.joinConsole, "")
        case .attach(let device): (.attach, "\(device.slot)")
        case .pin(let cpus, let vcpu):
            (.pin, "\(vcpu.map { "vcpu \($0) " } ?? "")to \(cpus.cpus == nil ? "" : "cpu ")\(cpus)")
        case .weigh(let weight, let cap):
            (.weigh, "\(weight?.description ?? "as it is"), cap \(cap?.description ?? "as it is")")
        case .pause: (.pause, "")
        case .unpause: (.unpause, "")
        case .requestShutdown(let request): (.request, request.rawValue)
        case .setMemoryTarget(let size): (.setMemoryTarget, "\(size)")
        case .setVCPUs(let count): (.setVCPUs, "\(count)")
        case .sysrq(let key): (.sysrq, "\(key)")
        case .rename(let name): (.rename, "\(name)")
        case .restoreName: (.restoreName, "")
        case .reconfigure(let device, _): (.reconfigure, "\(device.slot)")
        case .transfer(.save(let path)): (.save, path)
        case .transfer(.send(let host)): (.send, host)
        case .transfer(.fill(let source)): (.fill, source)
        case .transfer(.settle(let keep)): (.settle, keep ? "keep" : "drop")
        case .transfer(.openConsole(let port)): (.openConsole, "\(port?.description ?? Self.defaultPort) if free")
        case .detach(let slot, let force): (.detach, "\(slot)\(force ? " by force" : "")")
        case .releaseRemains: (.releaseRemains, "")
        case .closeConsole: (.closeConsole, "")
        case .leaveConsole: (.leaveConsole, "")
        case .withdraw: (.withdraw, "")
        case .destroyDomain: (.destroyDomain, "")
        case .awaitGone: (.awaitGone, "")
        case .remember: (.remember, "")
        case .forget: (.forget, "")
        case .announce(let announcement): (.announce, "\(announcement)")
        }
    }

    private static let defaultPort = "9600 + id"
}

// vcpus, maxvcpus, cpu and cpus: how many virtual cpus, and where they may run.

import DomainModel

/// The numbers of virtual cpus and their places, as xl and the xm of Xen 3 say them, in xend's words.
struct VirtualCPUSettings {
    /// With how many it is made; nil: nothing is said.
    private(set) var vcpus: String?
    /// How many it uses at first; nil: all.
    private(set) var online: String?
    /// The one cpu they run on.
    private(set) var cpu: String?
    /// Where they may run: one text for all, or one for each.
    private(set) var pins: [String] = []

    init(_ settings: CreateSettings) throws(DomainFileFailure) {
        let count = try VirtualCPUSettings.count(settings)
        if let maximum = try settings.number("maxvcpus"), maximum > 0 {
            let used = count ?? 1
            guard used <= maximum else { throw .init("vcpus (\(used)) must not be above maxvcpus (\(maximum))") }
            vcpus = String(maximum)
            if used < maximum { online = String(used) }
        } else {
            vcpus = count.map { String($0) }
        }
        cpu = try settings.text("cpu")
        if cpu == nil { try readCPUs(settings, vcpus: vcpus.flatMap { Int($0) } ?? 1) }
    }

    /// `vcpus = 2`; xl takes `"0-1"` for the same.
    private static func count(_ settings: CreateSettings) throws(DomainFileFailure) -> Int? {
        guard let text = try settings.nonEmpty("vcpus") else { return nil }
        if let number = PythonText.integer(text) { return number }
        guard let cpus = CPUSet(text)?.cpus else { throw .init("vcpus must be a number, not \"\(text)\"") }
        guard cpus == Set(0..<cpus.count) else {
            throw .init("vcpus \"\(text)\" is not supported: they are used from the first on")
        }
        return cpus.count
    }

    /// `cpus = "0-3,^1"` is for all of them, `cpus = ["0", "2"]` for one after the other.
    private mutating func readCPUs(_ settings: CreateSettings, vcpus: Int) throws(DomainFileFailure) {
        guard let members = settings.members("cpus") else {
            guard let text = try settings.text("cpus"), !text.isEmpty else { return }
            if let number = PythonText.integer(text) {
                cpu = String(number)
            } else {
                pins = [try VirtualCPUSettings.checked(text)]
            }
            return
        }
        guard members.count <= vcpus else {
            throw .init("cpus has \(members.count) members, and there are \(vcpus) vcpus")
        }
        for member in members { pins.append(try VirtualCPUSettings.checked(member)) }
        if !pins.isEmpty { pins += Array(repeating: "any", count: vcpus - pins.count) }
    }

    private static func checked(_ text: String) throws(DomainFileFailure) -> String {
        guard let set = CPUSet(text) else {
            let why =
                text.contains("node")
                ? "nodes are not supported, name their cpus" : "it must be cpus as in 0-3,5,^1, or all"
            throw .init("cpus: \"\(text)\": \(why)")
        }
        return set.text
    }
}

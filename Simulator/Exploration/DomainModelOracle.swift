import DomainLifecycle
import DomainModel

/// What an answer promises: after `create` the domain is there, after `destroy` it is not, what is refused has changed nothing.
///
/// Judged for a request that was alone, of a daemon that lived through it.
enum DomainModelOracle {
    /// What is known before and after a request.
    struct View {
        var before: [DomainInformation]
        var after: [DomainInformation]
        /// What Xen says of the domain afterwards; nil when Xen has it not.
        var isPaused: Bool?
        /// Whether Xen says that the guest has suspended.
        var isSuspended = false
        /// Names of domains that ended, or began to, meanwhile by themselves.
        var ended: Set<String>
        /// What the guest is asked to do and has not heard yet.
        var shutdownNode: String?
        /// How often each event of a domain came meanwhile, by topic and name.
        var told: [String: Int] = [:]
    }

    /// - Parameter error: the answer's; nil: it was a success.
    static func problem(_ asked: AskedOperation, error: String?, _ view: View) -> String? {
        let (operation, name) = (asked.name, asked.domain)
        let before = view.before.first { $0.name == name }
        let after = view.after.first { $0.name == name }
        let what = "(\(operation) \(name) …)"
        guard error == nil else { return refused(what, operation, before, after, view, name) }
        let isOnItsOwn = view.ended.contains(name)
        if !isOnItsOwn || operation == "create", let problem = toldWrong(operation, name, view) {
            return "\(what) succeeds, but \(problem)"
        }
        let broken: String? =
            switch operation {
            case "create": created(before, after, view)
            case "restore": restored(view)
            case "destroy" where !isOnItsOwn: isSameLife(before, after) ? "succeeds, but it is still there" : nil
            // After a checkpoint it goes on, or stays paused.
            case "save" where asked.field("afterwards") ?? "gone" == "gone":
                after != nil ? "succeeds, but it is still there" : nil
            case "save": after == nil ? "succeeds, but it is gone" : nil
            // It is where it was wanted; what cannot be released here yet is shown, and tried again.
            case "migrate": after?.held.isEmpty == true ? "succeeds, but it is still there" : nil
            case "rename": renamed(to: asked.field("name") ?? "", before, view)
            case "pause", "unpause", "shutdown": isOnItsOwn ? nil : stopped(operation, view)
            case "device-create": isOnItsOwn ? nil : counted(before, after, more: 1)
            case "device-destroy": isOnItsOwn ? nil : counted(before, after, more: -1)
            case "maxmem": isOnItsOwn ? nil : limited(after, asked.field("memory"))
            default: nil
            }
        return broken.map { "\(what) \($0)" }
    }

    private static func created(
        _ before: DomainInformation?, _ after: DomainInformation?, _ view: View
    ) -> String? {
        if let before { return "succeeds although there is domain \(before.id) of that name" }
        if after == nil { return "succeeds, but there is no such domain" }
        return view.isPaused == false ? "makes a domain that is not paused" : nil
    }

    /// Others may have gone meanwhile: it is not their number that counts. It may have ended already itself, but not without having
    /// been told of.
    private static func restored(_ view: View) -> String? {
        let known = Set(view.before.map(\.uuid))
        if view.after.contains(where: { !known.contains($0.uuid) }) { return nil }
        return view.told.keys.contains { $0.hasPrefix("create ") } ? nil : "succeeds, but there is no new domain"
    }

    /// Whether nothing has ended between two looks.
    private static func isSameLife(_ before: DomainInformation?, _ after: DomainInformation?) -> Bool {
        guard let after, after.uuid == before?.uuid, after.restartState == nil else { return false }
        return after.startTime == before?.startTime && after.restartTime == before?.restartTime
    }

    /// Whether the guest runs, or is asked not to.
    private static func stopped(_ operation: String, _ view: View) -> String? {
        switch (operation, view.isPaused) {
        case ("pause", false): "succeeds, but it is not paused"
        case ("unpause", true): "succeeds, but it is paused"
        case ("shutdown", true) where view.shutdownNode?.isEmpty != false: "succeeds, but the guest is not asked"
        default: nil
        }
    }

    private static func counted(
        _ before: DomainInformation?, _ after: DomainInformation?, more: Int
    ) -> String? {
        guard let before, let after, after.devices.count != before.devices.count + more else { return nil }
        return "succeeds, but of \(before.devices.count) devices it has \(after.devices.count)"
    }

    private static func limited(_ after: DomainInformation?, _ wanted: String?) -> String? {
        guard let after, let wanted, let maximum = after.maximumMemory, "\(maximum.mebibytes)" != wanted else {
            return nil
        }
        return "succeeds, but its maximum is \(maximum.mebibytes) MB and not \(wanted)"
    }

    /// What a success is told as.
    private static let topics = ["create": "create", "pause": "pause", "unpause": "unpause", "shutdown": "shutdown"]

    private static func toldWrong(_ operation: String, _ name: String, _ view: View) -> String? {
        guard let topic = topics[operation],
            let known = view.before.first(where: { $0.name == name }) ?? view.after.first(where: { $0.name == name }),
            known.restartState == nil
        else { return nil }
        let count = view.told["\(topic) \(name)", default: 0]
        return count == 1 ? nil : "(xend.domain.\(topic) …) comes \(count) times"
    }

    private static func renamed(to name: String, _ before: DomainInformation?, _ view: View) -> String? {
        guard let before, before.name != name else { return nil }
        let after = view.after.first { $0.uuid == before.uuid }
        guard let after, after.name != name else { return nil }
        return "succeeds, but it is called \(after.name) and not \(name)"
    }

    private static func refused(
        _ what: String, _ operation: String, _ before: DomainInformation?, _ after: DomainInformation?, _ view: View,
        _ name: String
    ) -> String? {
        if operation == "create", before == nil, let after, after.held.isEmpty, after.operation == nil {
            return "\(what) fails, but domain \(after.id) is there"
        }
        if operation == "save" || operation == "migrate", view.isSuspended, let before, before.shutdownReason == nil,
            let after,
            after.held.isEmpty
        {
            return "\(what) fails, but leaves domain \(after.id) suspended"
        }
        // Who is asked to end something and cannot has begun to; everything else leaves a domain where it is.
        guard operation != "destroy", operation != "migrate", let before, before.held.isEmpty, before.operation == nil,
            after == nil,
            !view.ended.contains(name)
        else { return nil }
        return "\(what) fails, but domain \(before.id) is gone"
    }
}

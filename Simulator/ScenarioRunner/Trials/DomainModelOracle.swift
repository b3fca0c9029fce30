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
    }

    /// - Parameters:
    ///   - operation: the form's name.
    ///   - name: the domain's.
    ///   - error: the answer's; nil: it was a success.
    static func problem(_ operation: String, _ name: String, error: String?, _ view: View) -> String? {
        let before = view.before.first { $0.name == name }
        let after = view.after.first { $0.name == name }
        let what = "(\(operation) \(name) …)"
        guard error == nil else { return refused(what, operation, before, after, view, name) }
        let isOnItsOwn = view.ended.contains(name)
        switch operation {
        case "create":
            if let before { return "\(what) succeeds although there is domain \(before.id) of that name" }
            if after == nil { return "\(what) succeeds, but there is no such domain" }
            if view.isPaused == false { return "\(what) makes a domain that is not paused" }
        case "pause" where !isOnItsOwn:
            if view.isPaused == false { return "\(what) succeeds, but it is not paused" }
        case "unpause" where !isOnItsOwn:
            if view.isPaused == true { return "\(what) succeeds, but it is paused" }
        case "destroy":
            if let after, after.uuid == before?.uuid, after.restartState == nil, !isOnItsOwn, after.startTime == before?.startTime,
                after.restartTime == before?.restartTime {
                return "\(what) succeeds, but it is still there"
            }
        case "save":
            if after != nil { return "\(what) succeeds, but it is still there" }
        case "migrate":
            // It is where it was wanted; what cannot be released here yet is shown, and tried again.
            if let after, after.held.isEmpty { return "\(what) succeeds, but it is still there" }
        case "restore":
            if view.after.count <= view.before.count { return "\(what) succeeds, but there is no new domain" }
        case "device-create" where !isOnItsOwn:
            guard let before, let after, after.devices.count != before.devices.count + 1 else { return nil }
            return "\(what) succeeds, but of \(before.devices.count) devices it has \(after.devices.count)"
        default: return nil
        }
        return nil
    }

    private static func refused(
        _ what: String, _ operation: String, _ before: DomainInformation?, _ after: DomainInformation?, _ view: View, _ name: String
    ) -> String? {
        if operation == "create", before == nil, let after, after.held.isEmpty, after.operation == nil {
            return "\(what) fails, but domain \(after.id) is there"
        }
        if operation == "save" || operation == "migrate", view.isSuspended, let before, before.shutdownReason == nil, let after,
            after.held.isEmpty {
            return "\(what) fails, but leaves domain \(after.id) suspended"
        }
        // Who is asked to end something and cannot has begun to; everything else leaves a domain where it is.
        guard operation != "destroy", operation != "migrate", let before, before.held.isEmpty, before.operation == nil, after == nil,
            !view.ended.contains(name)
        else { return nil }
        return "\(what) fails, but domain \(before.id) is gone"
    }
}

import DomainLifecycle
import DomainModel

/// Who is behind an id: events tell ids, which begin anew on another host, while a domain stays itself wherever it goes.
struct DomainIdentities {
    private var uuids: [String: DomainUUID] = [:]
    /// The highest idx of a kind of device, by domain.
    private var indices: [DomainUUID: [DeviceType: Int]] = [:]
    /// Those that were there at the last look, by host and domain.
    private var known: [String: [DeviceType: Set<Int>]] = [:]
    /// Where each domain was seen last.
    private var homes: [DomainUUID: String] = [:]

    /// What looking at a domain for the first time has shown.
    struct Sight {
        var key: String
        var identity: String
        /// It moved here as it was; else it was made, or comes from a file.
        var hasMoved: Bool
    }

    static func key(_ host: String, _ id: String) -> String { "\(host) \(id)" }

    /// The uuid, or host and id while it is not known.
    func identity(_ host: String, _ id: String) -> String {
        let key = Self.key(host, id)
        return uuids[key]?.description ?? key
    }

    /// A domain that is not another life of one.
    mutating func appeared(_ host: String, _ id: String) {
        uuids[Self.key(host, id)] = nil
    }

    /// A new life numbers its devices anew.
    mutating func isRebuilt(_ host: String, _ id: String) {
        guard let uuid = uuids[Self.key(host, id)] else { return }
        indices[uuid] = nil
        known[Self.key(host, uuid.description)] = nil
    }

    /// - Returns: of those that were not known yet, what is known now, and what is wrong.
    mutating func see(_ domains: [DomainInformation], on host: String) -> (sights: [Sight], problems: [String]) {
        var sights: [Sight] = []
        var problems: [String] = []
        for domain in domains where domain.id != .zero {
            let key = Self.key(host, domain.id.description)
            if uuids[key] != domain.uuid {
                let hasMoved = homes[domain.uuid].map { $0 != host } ?? false
                if !hasMoved { indices[domain.uuid] = nil }
                known[Self.key(host, domain.uuid.description)] = nil
                sights.append(
                    Sight(key: key, identity: domain.uuid.description, hasMoved: hasMoved))
                uuids[key] = domain.uuid
            }
            homes[domain.uuid] = host
            if let problem = count(domain, on: host) { problems.append(problem) }
        }
        return (sights, problems)
    }

    /// A number of a device is never given again in a life (reference/domain.md).
    private mutating func count(_ domain: DomainInformation, on host: String) -> String? {
        // Under an operation devices come and go as it proceeds.
        guard domain.operation == nil, domain.held.isEmpty, domain.restartState == nil else { return nil }
        let place = Self.key(host, domain.uuid.description)
        var problem: String?
        for type in DeviceType.split {
            let present = Set(domain.devices.filter { $0.type == type }.map(\.idx))
            let highest = indices[domain.uuid]?[type] ?? -1
            // What it brings along is its own.
            if let seen = known[place]?[type], let again = present.subtracting(seen).filter({ $0 <= highest }).min() {
                problem =
                    "\(domain.name) on \(host) has a new \(type.rawValue) \(again), though there was one of that number before"
            }
            indices[domain.uuid, default: [:]][type] = max(highest, present.max() ?? -1)
            known[place, default: [:]][type] = present
        }
        return problem
    }
}

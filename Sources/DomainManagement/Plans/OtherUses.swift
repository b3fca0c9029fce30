import DomainLifecycle
import DomainModel
import DriverDomain
import HostInterface
import HypervisorInterface

/// Who else uses a disk of this machine: domain 0 itself, whoever has made a loop device, a domain of another toolstack (manual, decision
/// 12). What xend's own domains use stands in the table.
struct OtherUses: ManagerPart {
    let context: ManagerContext

    /// Another loop device of the file may be of a vbd that is being connected at this moment: whose it is shows soon.
    private static let patience = 5
    private static let ourselves = "this host itself"
    private static let pause = Duration.milliseconds(100)

    /// Of what stands behind a vbd, known by then as its domain's, or what is to stand there.
    /// - Parameters:
    ///   - node: of the device.
    ///   - number: of the device; nil: there is none yet, or it is another driver domain's.
    func uses(of backing: Backing, _ node: String, _ number: UInt32?, _ vbd: VBDConfig) async -> [OtherUse] {
        var uses = await domains(using: backing)
        // A domain's loop device is that domain's, whoever has made it.
        let theirs = Set(uses.compactMap(\.number) + (number.map { [$0] } ?? []))
        if let number { uses += await ownUse(of: node, number) }
        if vbd.kind == "file" { uses += await loops(showing: vbd.details, besides: theirs) }
        return uses.map(\.use)
    }

    private struct Found {
        var use: OtherUse
        /// The device by which a domain uses it.
        var number: UInt32?
    }

    // MARK: Domain 0

    private func ownUse(of node: String, _ number: UInt32) async -> [Found] {
        switch await host.node.mountState(ofDevice: number) {
        case .readOnly: return [Found(use: OtherUse(isWritable: false, user: Self.ourselves))]
        case .readWrite: return [Found(use: OtherUse(isWritable: true, user: Self.ourselves))]
        case .notMounted: break
        }
        guard await host.node.isHeldExclusively(node) else { return [] }
        let user = "\(Self.ourselves): a program has opened \(node) for itself alone"
        return [Found(use: OtherUse(isWritable: true, user: user))]
    }

    private func loops(showing file: String, besides known: Set<UInt32>) async -> [Found] {
        var others: [String] = []
        for look in 0..<Self.patience {
            others = []
            for loop in await host.node.loopDevices(showing: file) {
                if case .blockDevice(let number) = try? await host.files.information(loop)?.kind,
                    known.contains(number) || table.isOfDomain(.device(number))
                {
                    continue
                }
                if !isAttached(loop) { others.append(loop) }
            }
            if others.isEmpty { return [] }
            if look + 1 < Self.patience { try? await host.clock.sleep(for: Self.pause) }
        }
        var found: [Found] = []
        for loop in others {
            let user = "\(Self.ourselves): \(loop) shows the file"
            found.append(Found(use: OtherUse(isWritable: await !isReadOnly(loop), user: user)))
        }
        return found
    }

    /// Of a domain that has not come to be told who uses it: then there is another one for the file, which is rare.
    private func isAttached(_ node: String) -> Bool {
        table.sorted.contains { $0.hasDevice(at: node) }
    }

    private func isReadOnly(_ loop: String) async -> Bool {
        let name = loop.split(separator: "/").last ?? ""
        return (try? await host.files.read("/sys/block/\(name)/ro", limit: 8192))?.first == UInt8(ascii: "1")
    }

    // MARK: Domains of others

    private func domains(using backing: Backing) async -> [Found] {
        var found: [Found] = []
        for record in table.sortedForeign {
            guard let id = record.id, id != .zero else { continue }
            let parent = "/local/domain/0/backend/\(DeviceType.vbd.rawValue)/\(id)"
            for handle in (try? await machine.store.listIfPresent(parent)) ?? [] {
                guard let use = await use(at: "\(parent)/\(handle)", of: record, backing) else { continue }
                found.append(use)
            }
        }
        return found
    }

    private func use(at directory: String, of record: DomainRecord, _ backing: Backing) async -> Found? {
        let store = machine.store
        guard let text = try? await store.readIfPresent("\(directory)/physical-device"),
            let number = BoundBlockDevice.number(text),
            await BackingFinder(context: context).backing(ofDevice: number).overlaps(backing)
        else { return nil }
        let mode = try? await store.readIfPresent("\(directory)/mode")
        return Found(use: OtherUse(isWritable: mode != "r", user: record.title), number: number)
    }
}

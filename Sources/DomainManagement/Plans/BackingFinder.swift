import DomainLifecycle
import DomainModel
import DriverDomain
import HostInterface
import Migration

/// Finds out what is behind a name, so that nothing is given to two writers (manual, decision 12).
struct BackingFinder: ManagerPart {
    let context: ManagerContext

    /// What stands behind a vbd.
    /// - Parameters:
    ///   - number: of the block device; nil in another driver domain.
    ///   - isBound: a script made the device, of something that may have further devices.
    func backing(of vbd: VBDConfig, number: UInt32?, isBound: Bool, in backend: DomainID) async -> Backing {
        let name = vbd.kind == "phy" ? vbd.physicalNode : vbd.details
        let text = BackingKey.text("\(vbd.kind):\(name.withoutDetours)")
        guard let number else { return Backing(in: backend, [text]) }
        let device = await self.backing(ofDevice: number)
        return Backing(in: backend, device.keys.union(isBound ? [text] : []), parts: device.extent)
    }

    /// What stands behind a block device of this host.
    func backing(ofDevice number: UInt32) async -> Backing {
        let extent = await host.node.extent(ofDevice: number)
        let keys = [BackingKey.device(number)] + (extent.file.map { [BackingKey($0)] } ?? [])
        return Backing(Set(keys), parts: Set(extent.devices.map(BackingKey.device)))
    }

    /// What would stand behind a vbd whose uname is this file or device.
    func backing(of vbd: VBDConfig, from information: FileInformation) async -> Backing {
        if case .blockDevice(let number) = information.kind {
            return await backing(of: vbd, number: number, isBound: false, in: .zero)
        }
        return Backing(
            Set(
                [.text("\(vbd.kind):\(vbd.details.withoutDetours)")]
                    + (information.identity.map { [BackingKey($0)] } ?? [])))
    }

    /// What an earlier daemon's domains use stays theirs.
    func takeUp() async {
        for record in table.sorted {
            for device in record.devices {
                guard case .vbd(let vbd) = device.config, device.node != nil else { continue }
                let backing = await backing(
                    of: vbd, number: device.nodeNumber, isBound: device.isBound, in: device.backend)
                // Others may have been given it by force.
                try? table.claim(
                    backing, for: device.slot, of: record.uuid, isWritable: vbd.isWritable, isForced: true)
            }
        }
    }

    /// What stands, or will stand, at the path of a save file, and beside it while it is written.
    /// - Parameters:
    ///   - directory: of the path.
    ///   - file: what is at the path now.
    /// - Throws: that it cannot be seen.
    func backing(
        writing path: String, in directory: FileInformation?, over file: FileInformation?
    ) async throws(FileError) -> Backing {
        let beginning = SaveFileWriter.temporaryPath(of: path)
        let other = try await context.saveFiles.information(beginning)
        return Backing(keys(of: path, in: directory, file).union(keys(of: beginning, in: directory, other)))
    }

    /// What is read at the path of a save file.
    /// - Throws: that it cannot be seen.
    func backing(reading path: String) async throws(FileError) -> Backing {
        let files = context.saveFiles
        let directory = try await files.information(files.directory(of: path))
        return Backing(keys(of: path, in: directory, try await files.information(path)))
    }

    private func keys(
        of path: String, in directory: FileInformation?, _ file: FileInformation?
    ) -> Set<BackingKey> {
        var keys: Set<BackingKey> = []
        if let file = file?.identity { keys.insert(BackingKey(file)) }
        if let directory = directory?.identity, let name = path.split(separator: "/").last {
            let place = BackingDirectory(device: directory.device, inode: directory.inode)
            keys.insert(.entry(String(name), directory: place))
        }
        return keys
    }
}

extension BackingKey {
    fileprivate init(_ file: FileIdentity) { self = .file(device: file.device, inode: file.inode) }
}

extension String {
    /// A path without `//`, `/./` and `/../`, as far as that can be told without looking.
    fileprivate var withoutDetours: String {
        guard hasPrefix("/") else { return self }
        var parts: [Substring] = []
        for part in split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }
}

import DomainModel

/// What xend keeps about a domain.
public struct DomainRecord: Hashable, Sendable {
    /// What is the same in all its lives, on every host.
    public let uuid: DomainUUID
    /// nil until Xen has made it for the first time; kept through restarts.
    public var id: DomainID?
    /// No two records have the same.
    public var name: DomainName
    /// What was asked for, and what operators have decided since; nil for a domain that others made, or whose file was lost.
    public var config: DomainConfig?
    /// Whether the configuration has what operators have decided. An older xend kept that nowhere but in the machine.
    public var keepsSettings = true
    /// Made by another toolstack: listed and operated on, but never reaped, restarted or cleaned up.
    public var isForeign: Bool
    /// Where it is in its life.
    public var stage: Stage
    /// The operation that is being done to it, with its serial number.
    public var operation: OperationTicket?
    /// Serial number of the last operation: what was seen before it began says nothing about the domain now.
    public var lastSerial: UInt64
    /// In the order in which they were attached.
    public var devices: [DeviceRecord]
    /// The next idx by type.
    public var nextIndex: [DeviceType: Int]
    /// nil before it has one, and for domains of others.
    public var console: ConsoleRecord?
    /// What a user asked for and the guest has not done yet.
    public var requested: ShutdownRequest?
    /// The cpu that `pincpu` chose for a domain without a configuration.
    public var pinnedCPU: Int?
    /// Seconds since 1970.
    public var startTime: Double?
    /// Of the last restart, in seconds since 1970; nil before the first.
    public var restartTime: Double?
    /// Attempts to build the next life that failed in a row.
    public var failedRestarts: Int
    /// What keeps an end or a restart waiting, in words.
    public var held: [String]

    public init(uuid: DomainUUID, name: DomainName, config: DomainConfig?, stage: Stage, isForeign: Bool = false) {
        self.uuid = uuid
        self.name = name
        self.config = config
        self.stage = stage
        self.isForeign = isForeign
        lastSerial = 0
        devices = []
        nextIndex = [:]
        failedRestarts = 0
        held = []
    }

    /// `domain 7 "web"`: how messages call it.
    public var title: String { id.map { "domain \($0) \"\(name)\"" } ?? "domain \"\(name)\"" }

    /// Whether it has a life in Xen that is not to end.
    public var isInXen: Bool {
        switch stage {
        case .live, .exited, .inDoubt: true
        case .creating, .ending, .restarting: false
        }
    }

    /// Whether it stopped by itself and is kept.
    public var isExited: Bool {
        if case .exited = stage { return true }
        return false
    }

    /// Whether a restart was asked for that has not come yet: a reboot, or a poweroff of a domain that restarts after every one.
    var awaitsRestart: Bool {
        switch requested {
        case .reboot: true
        case .poweroff: config?.exitActions.action(for: .poweroff) == .restart
        case .halt, nil: false
        }
    }

    /// Its life ends, and another follows: without the devices that were to go.
    mutating func endForRestart() {
        stage = .ending(then: .restart)
        guard devices.contains(where: \.isUnwanted) else { return }
        config = config?.with(devices: devices.filter { !$0.isUnwanted }.map(\.config))
    }

    /// A new device with the next idx of its type, which is thereby used up.
    mutating func newDevice(_ config: DeviceConfig, backend: DomainID) -> DeviceRecord {
        let type = config.type
        let idx = nextIndex[type, default: 0]
        nextIndex[type] = idx + 1
        let index = devices.count { $0.type == type }
        return DeviceRecord(type: type, idx: idx, index: index, config: config, backend: backend)
    }
}

/// A domain's console: its TCP port stays through restarts, its channel does not.
public struct ConsoleRecord: Hashable, Sendable {
    /// On which it listens.
    public var port: UInt16
    /// What the wire calls the console's id: counts up with every life.
    public var channel: Int
    /// The guest's event channel; nil while detached.
    public var eventPort: UInt32?

    public init(port: UInt16, channel: Int, eventPort: UInt32? = nil) {
        self.port = port
        self.channel = channel
        self.eventPort = eventPort
    }
}

/// An operation in progress.
public struct OperationTicket: Hashable, Sendable {
    /// Counts all operations of this daemon, and goes on where the last one ended.
    public let serial: UInt64
    /// As on the wire, or what xend calls what it does by itself (`restart`, `clear`).
    public let name: String

    public init(serial: UInt64, name: String) {
        self.serial = serial
        self.name = name
    }
}

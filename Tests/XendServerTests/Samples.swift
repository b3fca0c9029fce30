import DomainLifecycle
import DomainManagement
import DomainModel
import HypervisorInterface
import SExpressions

extension NodeInformation {
    static let sample = NodeInformation(
        system: "Linux", host: "alpha", release: "6.1.0-13-amd64", version: "#1 SMP <Debian>", machine: "x86_64",
        report: NodeReport(
            major: 4, minor: 17, extra: ".7", cpus: 8, coresPerSocket: 4, threadsPerCore: 2,
            cpuKilohertz: 2_400_123, totalMemory: MemorySize(mebibytes: 8192), freeMemory: MemorySize(mebibytes: 4988),
            capabilities: "xen-3.0-x86_64", scheduler: "credit2", canRun: [.pv, .pvh], canMigrateLive: [.pvh]),
        isSimulated: true)
}

/// Domain 0, and guests as tests need them.
enum Sample {
    static let configuration = """
        (vm (name vm1) (memory 64) (image (linux (kernel /boot/vmlinuz) (root '/dev/sda1 ro') (args '<b>&"'))) \
        (device (vif (mac aa:00:00:11:22:33))))
        """

    static func domain(_ id: Int, _ name: String, config: String? = configuration) -> DomainInformation {
        var state = DomainState()
        state.isPaused = id % 3 == 1
        state.isBlocked = id % 3 == 2
        state.isRunning = id % 3 == 0
        var console = ConsoleInformation(
            status: .connected, channel: id, domain: DomainID(id) ?? .zero, eventPort: 5, port: UInt16(9600 + id))
        console.client = (host: "127.0.0.1", port: 4242)
        var domain = DomainInformation(
            id: DomainID(id) ?? .zero, name: name,
            uuid: DomainUUID(bytes: [UInt8](repeating: UInt8(id % 256), count: 16)),
            memory: MemorySize(mebibytes: 64 * (id + 1)), state: state)
        domain.maximumMemory = domain.memory
        domain.cpu = 0
        domain.cpuTime = .milliseconds(172_200)
        domain.startTime = 1_700_000_000.25
        domain.upTime = 93_784
        guard id > 0 else { return domain }
        domain.console = console
        domain.devices = devices
        domain.config = config.flatMap { try? SExpression.parseFirst($0) }
        return domain
    }

    static let devices: [DeviceRecord] = {
        let vif = device("(vif (mac aa:00:00:11:22:33))", idx: 0)
        var vbd = device("(vbd (uname file:/srv/d.img) (dev sda1) (mode r))", idx: 2)
        vbd.node = "/dev/loop0"
        vbd.nodeNumber = 1792
        return [vif, vbd]
    }()

    private static func device(_ text: String, idx: Int) -> DeviceRecord {
        do {
            let config = try DeviceConfig(["device", try SExpression.parseFirst(text)])
            return DeviceRecord(type: config.type, idx: idx, index: 0, config: config)
        } catch {
            preconditionFailure("\(error)")
        }
    }

    /// Two domains, one of them with a name that is hard to write.
    static var service: FakeService {
        var state = FakeService.State()
        state.domains = [domain(0, "Domain-0"), domain(1, "vm1"), domain(2, "a/b+<c>'&\"")]
        state.consoles = state.domains.compactMap(\.console)
        state.log = LogContents(bytes: Array("0123456789\n<log>\n".utf8), modified: 784_111_777)
        var task = TaskInformation(
            id: 3, operation: "migrate", domain: "vm1", domainID: DomainID(1), requester: "http 127.0.0.1",
            phase: "copy", started: 1_700_000_000)
        task.percent = 42
        task.rate = 12_345_678
        task.rounds = [TaskRound(pagesSent: 16384, pagesDirty: 800), TaskRound(pagesSent: 800, pagesDirty: 50)]
        state.tasks = [task]
        state.events = (1...3).map { number in
            NumberedEvent(
                number: UInt64(number), time: 1_700_000_000.5, event: Event("xend.domain.create", ["vm1", "<1>"]))
        }
        state.history.entries = [
            HistoryEntry(
                number: 1, cause: nil, life: 5, time: 784_111_700, kind: "request", domain: "vm1", who: "<who>",
                text: "create vm1 for <b>"),
            HistoryEntry(
                number: 2, cause: 1, life: 5, time: 784_111_701, kind: "step", domain: "vm1", text: "connect vif 0",
                failure: "no <c>"),
        ]
        state.history.spans = [
            LifeSpan(domain: "vm1", state: .making, start: 784_111_700, end: 784_111_710),
            LifeSpan(domain: "vm1", state: .handedOver, start: 784_111_710),
        ]
        state.measures = MeasureBook()
        state.networks = ["5": ["vnet", ["id", "5"]]]
        state.results = [
            "create": .domain(domain(1, "vm1")), "restore": .domain(domain(2, "a/b+<c>'&\"")),
            "device_create": .device(devices[0]), "device_configure": .device(devices[0]),
            "migrate": .migrated(host: "beta", port: 8000, id: DomainID(7) ?? .zero),
        ]
        return FakeService(state)
    }
}

extension ListedDomain {
    /// Of which is to be said what a sample says.
    init?(sample: DomainInformation) {
        let config = sample.config.flatMap { try? DomainConfig($0) }
        var record = DomainRecord(
            uuid: sample.uuid, name: DomainName(foreign: sample.name), config: config, stage: .live)
        (record.id, record.startTime, record.devices) = (sample.id, sample.startTime, sample.devices)
        let report = DomainReport(
            id: sample.id, uuid: sample.uuid, isRunning: sample.state.isRunning, isBlocked: sample.state.isBlocked,
            isPaused: sample.state.isPaused, memory: sample.memory,
            maximumMemory: sample.maximumMemory ?? sample.memory,
            cpuTime: sample.cpuTime ?? .zero, onlineVCPUs: sample.vcpus)
        self.init(record, report, console: sample.console, now: (sample.startTime ?? 0) + (sample.upTime ?? 0))
    }
}

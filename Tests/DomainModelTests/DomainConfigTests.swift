import DomainModel
import SExpressions
import Testing

/// A configuration with `changes` in place of or beside its own fields.
func configuration(_ fields: String) -> String {
    "(vm (name web) (memory 64) (image (linux (kernel /boot/vmlinuz) (root '/dev/sda1 ro') (args '4 quiet'))) \(fields))"
}

@Suite struct DomainConfigTests {
    @Test func everyFieldIsRead() throws {
        let config = try DomainConfig(
            SExpression.parseFirst(
                configuration(
                    """
                    (maxmem 128) (cpu 1) (cpu_weight 0.5) (vcpus 2) (console 9700) (restart always)
                    (uuid 01234567-89ab-cdef-0123-456789abcdef) (backend (netif)) (zork 1)
                    (device (vif (mac aa:00:00:11:22:33) (bridge br1) (ip 10.0.0.1) (ip 10.0.0.0/24)))
                    (device (vbd (uname phy:sda8) (dev sda1) (mode 'w!')))
                    """)))
        #expect(config.name.rawValue == "web")
        #expect(config.memory.mebibytes == 64 && config.maximumMemory.mebibytes == 128)
        #expect(config.cpu == 1 && config.cpuWeight == 0.5 && config.vcpus == 2)
        #expect(config.consolePort == 9700 && config.exitActions == ExitActions(.always))
        #expect(config.uuid?.description == "01234567-89ab-cdef-0123-456789abcdef")
        #expect(config.backends == [.vif] && config.warnings == ["unknown name \"zork\" is ignored"])
        #expect(config.image.commandLine == " root=/dev/sda1 ro 4 quiet")
        guard case .vif(let vif) = config.devices[0], case .vbd(let vbd) = config.devices[1] else {
            Issue.record("devices are \(config.devices)")
            return
        }
        #expect(vif.ip == ["10.0.0.1", "10.0.0.0/24"] && vif.bridge == "br1")
        #expect(vbd.isWritable && vbd.isForced && vbd.number.rawValue == 2049 && vbd.physicalNode == "/dev/sda8")
    }

    /// Text of the configuration → what the error says, and whether it is one of the device phase.
    static let mistakes: [(String, String, Bool)] = [
        ("(vm (memory 1) (image (linux (kernel /k))))", "missing vm name", false),
        ("(vm (name '') (memory 1) (image (linux (kernel /k))))", "missing vm name", false),
        ("(vm (name 92) (memory 1))", "invalid vm name", false),
        ("(vm (name 'a b') (memory 1))", "invalid vm name", false),
        ("(vm (name 'a\\n') (memory 1))", "invalid vm name", false),
        ("(vm (name a))", "missing memory size", false),
        ("(vm (name a) (memory x))", "invalid memory", false),
        ("(vm (name a) (memory 0))", "invalid memory", false),
        ("(vm (name a) (memory -5))", "invalid memory", false),
        ("(vm (name a) (memory 99999999999999999999))", "invalid memory", false),
        ("(vm (name a) (memory 1) (cpu one))", "invalid cpu", false),
        ("(vm (name a) (cpu_weight heavy) (memory 1))", "invalid cpu weight", false),
        ("(vm (name a) (memory 1))", "missing image", false),
        ("(vm (name a) (memory 1) (image))", "missing image", false),
        ("(vm (name a) (memory 1) (image (plan9 (kernel /k))))", "unknown image type: plan9", false),
        ("(vm (name a) (memory 1) (image (linux)))", "missing kernel", false),
        ("(vm (name a) (memory 1) (image (linux (kernel relative))))", "invalid kernel", false),
        (configuration("(console x)"), "invalid console:x", false),
        (configuration("(console 70000)"), "invalid console:70000", false),
        (configuration("(restart sometimes)"), "invalid restart mode: sometimes", false),
        (configuration("(backend (usbif))"), "invalid backend type:usbif", false),
        (configuration("(uuid 1234)"), "invalid uuid", false),
        (configuration("(device)"), "invalid device", true),
        (configuration("(device (usb))"), "unknown device type: usb", true),
        (configuration("(device (vif (mac aa:bb)))"), "invalid mac", true),
        (configuration("(device (vif (mac aa:bb:cc:dd:ee:zz)))"), "invalid mac", true),
        (configuration("(device (vif (bridge 'a/b')))"), "invalid bridge", true),
        (configuration("(device (vif (bridge abcdefghijklmnop)))"), "invalid bridge", true),
        (configuration("(device (vif (ip 'x;reboot')))"), "invalid ip", true),
        (configuration("(device (vif (script ../../bin/sh)))"), "invalid script", true),
        (configuration("(device (vif (backend 'a b')))"), "invalid backend domain", true),
        (configuration("(device (vbd (dev sda1)))"), "vbd: Missing uname", true),
        (configuration("(device (vbd (uname sda1) (dev sda1)))"), "vbd: invalid uname: sda1", true),
        (configuration("(device (vbd (uname phy:../x) (dev sda1)))"), "vbd: invalid uname", true),
        (configuration("(device (vbd (uname phy:sda1)))"), "vbd: Missing dev", true),
        (configuration("(device (vbd (uname phy:sda1) (dev zork)))"), "vbd: Device not found: zork", true),
        (configuration("(device (vbd (uname phy:sda1) (dev sda1) (mode x)))"), "vbd: invalid mode: x", true),
        (configuration("(device (pci (dev 1) (func 0)))"), "pci: Missing bus", true),
        (configuration("(device (pci (bus 0xzz) (dev 1) (func 0)))"), "pci: invalid parameter", true),
        (configuration("(maxmem 32)"), "invalid maxmem: 32", true),
        (configuration("(maxmem lots)"), "invalid maxmem: lots", true),
    ]

    @Test(arguments: mistakes) func aMistakeIsNamed(_ text: String, _ message: String, _ isLate: Bool) throws {
        let source = try SExpression.parseFirst(text)
        let error = #expect(throws: ConfigurationError.self) { try DomainConfig(source) }
        let seen = try #require(error)
        #expect(seen.description.hasPrefix(message))
        #expect(seen.isLate == isLate)
        if seen.text != "missing vm name" { #expect(seen.allowed != nil) }
    }

    @Test func anAddressIsInventedOnceAndKept() throws {
        let config = try DomainConfig(SExpression.parseFirst(configuration("(device (vif))")))
        let bound = config.bound { MACAddress(random: [0xFF, 2, 3]) }
        #expect("\(bound.source)".contains("(vif (mac aa:00:00:7f:02:03))"))
        #expect(try DomainConfig(bound.source) == bound)
        #expect(bound.bound { MACAddress(random: [9, 9, 9]) } == bound)
    }

    @Test func changesShowInTheSource() throws {
        let config = try DomainConfig(SExpression.parseFirst(configuration("(device (vif)) (zork 1) (device (vif))")))
        let changed = config.renamed(try DomainName("db")).with(devices: [config.devices[0]])
        #expect("\(changed.source)".hasPrefix("(vm (name db) (memory 64)"))
        #expect(
            changed.source.children("device").count == 1 && changed.warnings == ["unknown name \"zork\" is ignored"])
    }
}

@Suite struct VirtualDeviceNumberTests {
    static let names: [(String, UInt32?)] = [
        ("hda1", 769), ("hda", 768), ("hdb", 832), ("hdc", 5632), ("hdt63", 91 * 256 + 127), ("hdu", nil),
        ("hda64", nil), ("sda1", 2049), ("sdb", 2064), ("sdp15", 2303), ("sdq", 65 * 256), ("sda16", nil),
        ("xvda", 51712), ("xvda1", 51713), ("xvdp15", 51967), ("xvdq", 1 << 28 | 16 << 8), ("xvdaa", 1 << 28 | 26 << 8),
        ("xvda16", 1 << 28 | 16),
        ("xvdz255", 1 << 28 | 25 << 8 | 255), ("xvda256", nil), ("d0p1", 51713), ("d16", 1 << 28 | 16 << 8),
        ("d1p256", nil), ("0x10001000", 0x1000_1000),
        ("0x20000000", nil), ("/dev/hda1", 769), ("0x301", 769),
        ("fd0", 0xFD0), ("sda01", nil), ("", nil), ("0x", nil), ("zork", nil), ("sda1/..", nil),
    ]

    @Test(arguments: names) func aNameHasItsNumber(_ name: String, _ number: UInt32?) {
        #expect(VirtualDeviceNumber(name: name)?.rawValue == number)
    }
}

@Suite struct ValueTests {
    @Test func idsAreExactDecimals() {
        for text in ["0", "1", "32751"] { #expect(DomainID(text: text)?.description == text) }
        for text in ["00", "-1", "32752", "1 ", "", "x", "+1"] { #expect(DomainID(text: text) == nil) }
    }

    @Test func uuidsGoThroughText() {
        let text = "01234567-89ab-cdef-0123-456789abcdef"
        #expect(DomainUUID(text: text)?.description == text)
        #expect(DomainUUID(text: text.uppercased())?.description == text)
        for text in ["", "0123", "01234567-89ab-cdef-0123-456789abcdeg", "0123456789ab-cdef-0123-456789abcdef----"] {
            #expect(DomainUUID(text: text) == nil)
        }
        let random = DomainUUID(random: [UInt8](repeating: 0xFF, count: 16)).description
        #expect(random == "ffffffff-ffff-4fff-bfff-ffffffffffff")
    }

    @Test func cpuSetsAreWrittenAsRanges() {
        #expect(CPUSet.any.description == "any cpu")
        #expect(CPUSet([3, 0, 1]).description == "0-1,3")
        #expect(CPUSet([]).description == "")
    }

    @Test func settingReplacesTheFirstAndRemovesTheRest() throws {
        let element = try SExpression.parseFirst("(vif (ip 1) (mac m) (ip 2))")
        #expect("\(element.setting("ip", toAll: ["3", "4"]))" == "(vif (ip 3) (ip 4) (mac m))")
        #expect("\(element.setting("bridge", to: "b"))" == "(vif (ip 1) (mac m) (ip 2) (bridge b))")
    }
}

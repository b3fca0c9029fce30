import DomainModel

/// The libxc migration stream, version 3 (Xen's docs/specs/libxc-migration-stream), as far as a simulated domain
/// needs it.
enum ImageFormat {
    static let marker = UInt64.max
    static let identifier: UInt32 = 0x5845_4E46
    static let version: UInt32 = 3
    /// Pages in a record (MAX_BATCH_SIZE of libxenguest).
    static let batch = 1024
    /// A page that exists and has no contents to speak of (XEN_DOMCTL_PFINFO_XALLOC), in the upper bits of a pfn.
    static let allocateOnly: UInt64 = 0xE << 60
    static let typeMask: UInt64 = 0xF << 60
    static let pfnMask: UInt64 = (1 << 52) - 1
    /// A record longer than this is none: a full batch needs 4.2 MB.
    static let recordLimit: UInt32 = 8 << 20

    enum Record: UInt32 {
        case end = 0
        case pageData, x86PVInfo, x86PVP2MFrames, x86PVVCPUBasic, x86PVVCPUExtended, x86PVVCPUXsave, sharedInfo
        case x86TSCInfo, hvmContext, hvmParams, toolstack, x86PVVCPUMSRs, verify, checkpoint, checkpointDirtyPFNList
        case staticDataEnd, x86CPUIDPolicy, x86MSRPolicy
    }

    static func headers(kind: GuestKind, major: Int, minor: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(big: marker)
        bytes.append(big: identifier)
        bytes.append(big: version)
        bytes += Array(repeating: 0, count: 8)
        let type: UInt32 =
            switch kind {
            case .pv: 1
            case .pvh: 2
            }
        bytes.append(little: type)
        bytes.append(little: UInt16(12))
        bytes.append(little: UInt16(0))
        bytes.append(little: UInt32(major))
        bytes.append(little: UInt32(minor))
        return bytes
    }

    static func record(_ type: Record, _ body: [UInt8] = []) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(little: type.rawValue)
        bytes.append(little: UInt32(body.count))
        bytes += body
        bytes += Array(repeating: 0, count: (8 - body.count % 8) % 8)
        return bytes
    }

    /// What stands before the pages: what a vcpu can do, and for PV where the frames of the p2m table are.
    static func opening(kind: GuestKind, pages: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        if kind == .pv { bytes += record(.x86PVInfo, [8, 4, 0, 0, 0, 0, 0, 0]) }
        // One leaf of CPUID: the vendor leaf; one MSR: MSR_INTEL_PLATFORM_INFO.
        bytes += record(.x86CPUIDPolicy, words([0, 0xFFFF_FFFF, 0xD, 0x756E_6547, 0x6C65_746E, 0x4965_6E69]))
        bytes += record(.x86MSRPolicy, words([0xCE, 0, 0, 0]))
        bytes += record(.staticDataEnd)
        guard kind == .pv, pages > 0 else { return bytes }
        let last = UInt32(clamping: pages - 1)
        var body = words([0, last])
        // Frames of 512 entries; where a simulated guest keeps them does not matter.
        for frame in 0...UInt64(last / 512) { body.append(little: min(pages - 1, 16 + frame)) }
        return bytes + record(.x86PVP2MFrames, body)
    }

    /// What stands after the pages: time, and what the vcpus were doing.
    static func closing(
        kind: GuestKind, vcpus: Int, kilohertz: Int, uptime: Int64, rings: (UInt64, UInt64)
    ) -> [UInt8] {
        var tsc = words([0, UInt32(kilohertz)])
        tsc.append(little: UInt64(uptime))
        tsc += words([0, 0])
        var bytes = record(.x86TSCInfo, tsc)
        switch kind {
        case .pv:
            bytes += record(.sharedInfo, Array(repeating: 0, count: PageContents.size))
            for vcpu in 0..<vcpus {
                // sizeof(vcpu_guest_context_x86_64_t), and of struct xen_domctl_ext_vcpucontext.
                for (type, size) in [(Record.x86PVVCPUBasic, 5168), (.x86PVVCPUExtended, 128)] {
                    bytes += record(type, words([UInt32(vcpu), 0]) + Array(repeating: 0, count: size))
                }
            }
        case .pvh:
            bytes += record(.hvmContext, words([1, 16, 0, 0x4E58_0000, 4, 17, 0, 0]))
            var params = words([2, 0])
            // HVM_PARAM_STORE_PFN and HVM_PARAM_CONSOLE_PFN.
            for value in [1, rings.0, 17, rings.1] { params.append(little: value) }
            bytes += record(.hvmParams, params)
        }
        return bytes + record(.end)
    }

    private static func words(_ words: [UInt32]) -> [UInt8] {
        var bytes: [UInt8] = []
        for word in words { bytes.append(little: word) }
        return bytes
    }
}

extension [UInt8] {
    mutating func append<Value: FixedWidthInteger>(little value: Value) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }

    mutating func append<Value: FixedWidthInteger>(big value: Value) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }

    /// The little-endian number at an offset.
    func little<Value: FixedWidthInteger>(_ offset: Int, as type: Value.Type) -> Value {
        withUnsafeBytes { Value(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Value.self)) }
    }
}

/// The records of a libxc migration stream (docs/specs/libxc-migration-stream of Xen;
/// xen/tools/python/xen/migration/libxc.py).
public enum ImageRecordType: UInt32, CaseIterable, Sendable {
    /// The last one.
    case end = 0x00
    /// Frame numbers with their types, and the contents of those that have some.
    case pageData = 0x01
    /// Word size and levels of page tables of a PV guest.
    case pvInfo = 0x02
    /// Where a PV guest's own table of its frames is.
    case pvFrames = 0x03
    /// Registers of one cpu of a PV guest.
    case pvVCPUBasic = 0x04
    /// What the first form of the above has no room for.
    case pvVCPUExtended = 0x05
    /// Floating point and vector registers of one cpu of a PV guest.
    case pvVCPUXSave = 0x06
    /// The page that Xen and a PV guest share.
    case sharedInfo = 0x07
    /// How time stamps count.
    case tscInfo = 0x08
    /// All cpus and virtual hardware of an HVM or PVH guest.
    case hvmContext = 0x09
    /// What an HVM or PVH guest was told by number: rings, event channels.
    case hvmParameters = 0x0A
    /// Of other toolstacks; xend writes none.
    case toolstack = 0x0B
    /// Model specific registers of one cpu of a PV guest.
    case pvVCPURegisters = 0x0C
    /// From here on pages are there again, to be compared: a debugging aid.
    case verify = 0x0D
    /// The state up to here could be run: of guests that are copied all the time.
    case checkpoint = 0x0E
    /// The way back of such copies.
    case checkpointDirtyList = 0x0F
    /// What does not change while the guest runs has been sent.
    case staticDataEnd = 0x10
    /// Which features of a cpu the guest sees.
    case cpuidPolicy = 0x11
    /// Which registers of a cpu the guest sees.
    case msrPolicy = 0x12

    /// The name of the specification.
    public var name: String {
        switch self {
        case .end: "END"
        case .pageData: "PAGE_DATA"
        case .pvInfo: "X86_PV_INFO"
        case .pvFrames: "X86_PV_P2M_FRAMES"
        case .pvVCPUBasic: "X86_PV_VCPU_BASIC"
        case .pvVCPUExtended: "X86_PV_VCPU_EXTENDED"
        case .pvVCPUXSave: "X86_PV_VCPU_XSAVE"
        case .sharedInfo: "SHARED_INFO"
        case .tscInfo: "X86_TSC_INFO"
        case .hvmContext: "HVM_CONTEXT"
        case .hvmParameters: "HVM_PARAMS"
        case .toolstack: "TOOLSTACK"
        case .pvVCPURegisters: "X86_PV_VCPU_MSRS"
        case .verify: "VERIFY"
        case .checkpoint: "CHECKPOINT"
        case .checkpointDirtyList: "CHECKPOINT_DIRTY_PFN_LIST"
        case .staticDataEnd: "STATIC_DATA_END"
        case .cpuidPolicy: "X86_CPUID_POLICY"
        case .msrPolicy: "X86_MSR_POLICY"
        }
    }

    /// Which lengths of a body can be right; nil = it depends on the contents.
    func accepts(length: UInt32) -> Bool? {
        switch self {
        case .end, .verify, .staticDataEnd: length == 0
        case .pvInfo: length == 8
        case .pvFrames: length >= 8 && length % 8 == 0
        case .pvVCPUBasic, .pvVCPUExtended, .pvVCPUXSave, .pvVCPURegisters: length >= 8
        case .sharedInfo: length == 4096
        case .tscInfo: length == 24
        case .hvmContext: length > 0
        case .hvmParameters: length >= 8 && length % 16 == 8
        case .cpuidPolicy: length > 0 && length % 24 == 0
        case .msrPolicy: length > 0 && length % 16 == 0
        case .pageData: nil
        case .toolstack, .checkpoint, .checkpointDirtyList: false
        }
    }

    /// Of which kind of image the record is part; nil = of both.
    var isForHVM: Bool? {
        switch self {
        case .pvInfo, .pvFrames, .pvVCPUBasic, .pvVCPUExtended, .pvVCPUXSave, .pvVCPURegisters, .sharedInfo: false
        case .hvmContext, .hvmParameters: true
        case .end, .pageData, .tscInfo, .toolstack, .verify, .checkpoint, .checkpointDirtyList, .staticDataEnd,
            .cpuidPolicy, .msrPolicy:
            nil
        }
    }
}

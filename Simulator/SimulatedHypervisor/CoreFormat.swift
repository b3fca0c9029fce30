import DomainModel
import HypervisorInterface

/// A core in the form of libxc's `xc_domain_dumpcore` (Xen's docs/misc/dump-core-format.txt): an ELF file without program headers, all
/// of it in sections. A guest that was paravirtualized says which machine page each of its pages was; of another the pages' numbers
/// are enough.
struct CoreFormat {
    /// What stands before the pages, up to where they begin.
    let beginning: [UInt8]
    /// What stands behind them.
    let end: [UInt8]

    /// `XC_CORE_MAGIC` and `XC_CORE_MAGIC_HVM`.
    private static let magic: [GuestKind: UInt64] = [.pv: 0xF00F_EBED, .pvh: 0xF00F_EBEE]
    /// `XEN_ELFNOTE_DUMPCORE_NONE` and those that follow it.
    private enum Note: UInt32 {
        case none = 0x0200_0000
        case header, version, format
    }
    /// Of `vcpu_guest_context_x86_64`.
    private static let contextSize = 5168
    private static let pageSize = 4096
    private static let headerSize = 64

    /// A section: its name, its type in ELF, what it holds, or how long that is.
    private struct Section {
        var name: String
        var type: UInt32
        var size: Int
        var entry = 0
        var alignment = 1
        var offset = 0
    }

    /// - Parameter pfns: pages that are in it, in their order.
    init(kind: GuestKind, vcpus: Int, pfns: [UInt64], version: (major: Int, minor: Int, extra: String)) {
        let notes = Self.notes(kind, vcpus, pfns.count, version)
        let table = Self.table(kind, pfns)
        var sections = [
            Section(name: "", type: 0, size: 0), Section(name: ".shstrtab", type: 3, size: 0),
            Section(name: ".note.Xen", type: 7, size: notes.count, alignment: 4),
            Section(
                name: ".xen_prstatus", type: 1, size: vcpus * Self.contextSize, entry: Self.contextSize, alignment: 8),
            Section(
                name: ".xen_pages", type: 1, size: pfns.count * Self.pageSize, entry: Self.pageSize,
                alignment: Self.pageSize),
            Section(
                name: kind == .pv ? ".xen_p2m" : ".xen_pfn", type: 1, size: table.count, entry: kind == .pv ? 16 : 8,
                alignment: 8),
        ]
        let names = sections.map(\.name)
        let strings: [UInt8] = names.flatMap { [UInt8]($0.utf8) + [0] }
        var place = Self.headerSize + sections.count * Self.headerSize
        for index in [2, 3, 4, 5, 1] {
            if index == 1 { sections[1].size = strings.count }
            let alignment = sections[index].alignment
            place = (place + alignment - 1) / alignment * alignment
            sections[index].offset = place
            place += sections[index].size
        }
        var bytes = Self.header(sections: sections.count)
        var nameAt = 0
        for section in sections {
            Self.append(section, nameAt: nameAt, to: &bytes)
            nameAt += section.name.utf8.count + 1
        }
        bytes += Self.padding(bytes, to: sections[2].offset) + notes
        bytes += Self.padding(bytes, to: sections[3].offset)
        bytes += [UInt8](repeating: 0, count: sections[3].size)
        beginning = bytes + Self.padding(bytes, to: sections[4].offset)
        end = table + strings
    }

    private static func padding(_ bytes: [UInt8], to offset: Int) -> [UInt8] {
        [UInt8](repeating: 0, count: offset - bytes.count)
    }

    /// The head of an ELF file of 64 bits for x86-64, a core.
    private static func header(sections: Int) -> [UInt8] {
        var bytes: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 9)
        for half: UInt16 in [4, 62] { bytes.append(little: half) }
        bytes.append(little: UInt32(1))
        for word in [0, 0, UInt64(headerSize)] { bytes.append(little: word) }
        bytes.append(little: UInt32(0))
        for half in [UInt16(headerSize), 0, 0, UInt16(headerSize), UInt16(sections), 1] { bytes.append(little: half) }
        return bytes
    }

    private static func append(_ section: Section, nameAt: Int, to bytes: inout [UInt8]) {
        bytes.append(little: UInt32(nameAt))
        bytes.append(little: section.type)
        for word in [0, 0, UInt64(section.offset), UInt64(section.size)] { bytes.append(little: word) }
        for word: UInt32 in [0, 0] { bytes.append(little: word) }
        for word in [UInt64(section.alignment), UInt64(section.entry)] { bytes.append(little: word) }
    }

    private static func notes(
        _ kind: GuestKind, _ vcpus: Int, _ pages: Int, _ version: (major: Int, minor: Int, extra: String)
    ) -> [UInt8] {
        var header: [UInt8] = []
        for word in [magic[kind] ?? 0, UInt64(vcpus), UInt64(pages), UInt64(pageSize)] { header.append(little: word) }
        var numbers: [UInt8] = []
        for word in [UInt64(version.major), UInt64(version.minor)] { numbers.append(little: word) }
        // struct xen_dumpcore_elfnote_xen_version_desc: numbers, extra version, compile information, capabilities, change set, …
        let texts = (Array(version.extra.utf8) + [UInt8](repeating: 0, count: 16)).prefix(16)
        numbers += texts
        numbers += [UInt8](repeating: 0, count: 64 + 16 + 32 + 32 + 1024 + 64 + 8 + 8)
        var format: [UInt8] = []
        // Version 0.1.
        format.append(little: UInt64(1))
        return note(.none, []) + note(.header, header) + note(.version, numbers) + note(.format, format)
    }

    private static func note(_ type: Note, _ contents: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        for word in [4, UInt32(contents.count), type.rawValue] { bytes.append(little: word) }
        return bytes + Array("Xen".utf8) + [0] + contents
    }

    /// Which page each is: for PV with the number the machine has for it, which here is the same.
    private static func table(_ kind: GuestKind, _ pfns: [UInt64]) -> [UInt8] {
        var bytes: [UInt8] = []
        for pfn in pfns {
            bytes.append(little: pfn)
            if kind == .pv { bytes.append(little: pfn) }
        }
        return bytes
    }
}

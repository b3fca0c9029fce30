import DomainLifecycle
import HostInterface
import SExpressions

/// Configurations of virtual networks (reference/http-api.md §6.8): kept in the database. Today's kernels have no vnet module, so
/// that nothing more comes of them: their bridges are made by the host.
actor VirtualNetworks {
    /// Nobody has more; each is a file.
    static let maximum = 1000

    private let directory: String
    private let files: any FileStore
    private let clock: any HostClock

    init(directory: String, files: any FileStore, clock: any HostClock) {
        self.directory = directory
        self.files = files
        self.clock = clock
    }

    func list() async -> [String] { ((try? await files.list(directory)) ?? []).filter(Self.isIdentifier) }

    func get(_ id: String) async throws(OperationError) -> SExpression {
        guard Self.isIdentifier(id), let bytes = try? await files.read("\(directory)/\(id)", limit: 1 << 20),
            let config = try? SExpression.parseFirst(bytes)
        else { throw OperationError(.notFound, "No such vnet \(id)") }
        return config
    }

    func create(_ config: SExpression) async throws(OperationError) {
        guard let id = config.childText("id"), Self.isIdentifier(id) else {
            throw OperationError(.invalid, "invalid vnet: (id I) must be a word of letters and digits")
        }
        guard await list().count < Self.maximum else {
            throw OperationError(.refused, "cannot create vnet \(id): there are \(Self.maximum), the most there can be")
        }
        let path = "\(directory)/\(id)"
        var bytes = Array("# \(path) \(CalendarTime(clock.wallTime))\n".utf8)
        config.write(into: &bytes)
        do {
            try await files.makeDirectory(directory)
            try await files.replace(path, with: bytes)
        } catch {
            throw OperationError(.failed, "cannot create vnet \(id): \(error)")
        }
    }

    func delete(_ id: String) async throws(OperationError) {
        _ = try await get(id)
        do {
            try await files.remove("\(directory)/\(id)")
            try await files.syncDirectory(directory)
        } catch {
            throw OperationError(.failed, "cannot delete vnet \(id): \(error)")
        }
    }

    /// An id becomes a file name.
    private static func isIdentifier(_ id: String) -> Bool {
        (1...64).contains(id.utf8.count)
            && id.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}

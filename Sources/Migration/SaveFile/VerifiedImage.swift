import HostInterface
import HypervisorInterface

/// The image of a save file that has been read to its end and found right: handed out as it is, from the front.
public actor VerifiedImage: ImageInput {
    private let path: String
    private let file: any ReadableFile
    /// Bytes of the image that have not been handed out.
    private var rest: Int

    /// Opens the file again that `reader` has verified.
    /// - Throws: also when another has taken its place meanwhile.
    public init(of reader: SaveFileReader, files: any FileStore) async throws(SaveFileError) {
        path = reader.path
        rest = Int(await reader.summary.bytes)
        do {
            file = try await files.openForReading(path)
        } catch {
            throw SaveFileError(path, .file(error))
        }
        do throws(SaveFileError) {
            let head = try await SaveFileHead(path: path, file: file)
            guard head.header.id == reader.header.id else {
                throw SaveFileError(path, .damaged("another file has taken its place while it was read"))
            }
        } catch {
            await file.close()
            throw error
        }
    }

    /// Exactly `count` bytes.
    ///
    /// - Throws: `SaveFileError` when the image ends before them.
    public func read(_ count: Int) async throws -> [UInt8] {
        guard count <= rest else { throw SaveFileError(path, .damaged("the image is shorter than Xen expects")) }
        var bytes: [UInt8] = []
        while bytes.count < count {
            let piece = try await file.read(count - bytes.count)
            guard !piece.isEmpty else { throw SaveFileError(path, .damaged("it ends in the middle")) }
            if bytes.isEmpty { bytes = piece } else { bytes += piece }
        }
        rest -= count
        return bytes
    }

    /// Whether the file can go to a socket without passing through this process.
    public nonisolated var canSend: Bool { file.canSend }

    /// Sends up to `limit` bytes to a socket that does not block.
    ///
    /// - Returns: how many; 0 at the end of the image, nil when the socket takes none now.
    public func send(_ limit: Int, to socket: Int32) async throws -> Int? {
        guard rest > 0 else { return 0 }
        let sent = try await file.send(min(limit, rest), to: socket)
        rest -= sent ?? 0
        return sent
    }

    /// Idempotent.
    public func close() async { await file.close() }
}

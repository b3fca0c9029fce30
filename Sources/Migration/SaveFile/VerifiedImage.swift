import Digests
import HostInterface
import HypervisorInterface

/// The image of a save file that has been read to its end and found right: handed out as it is, from the front.
///
/// What passes through this process is held against what was found right, for a disk may say something else the second time; the last
/// piece is handed out only when all of it was the same. What a pipe takes from the file by itself comes out of memory mostly, where
/// the first reading has put it.
public actor VerifiedImage: ImageInput {
    private let path: String
    private let file: any ReadableFile
    /// Bytes of the image that have not been handed out.
    private var rest: Int
    /// Of all that has been handed out, and of what was found right; nil when something went past this process.
    private var digest: XXHash64? = XXHash64()
    private let expected: [UInt8]

    /// Opens the file again that `reader` has verified.
    /// - Throws: also when another has taken its place meanwhile.
    public init(of reader: SaveFileReader, files: any FileStore) async throws(SaveFileError) {
        path = reader.path
        rest = Int(await reader.summary.bytes)
        expected = await reader.imageDigest
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
        digest?.update(bytes)
        if rest == 0, let digest, digest.finish() != expected {
            throw SaveFileError(path, .damaged("its image was not the same when it was read again"))
        }
        return bytes
    }

    /// Whether the file can go to a pipe without passing through this process.
    public nonisolated var canSend: Bool { file.canSend }

    /// Sends up to `limit` bytes to a pipe that does not block.
    ///
    /// - Returns: how many; 0 at the end of the image, nil when the pipe takes none now.
    public func send(_ limit: Int, to pipe: Int32) async throws -> Int? {
        guard rest > 0 else { return 0 }
        digest = nil
        let sent = try await file.send(min(limit, rest), to: pipe)
        rest -= sent ?? 0
        return sent
    }

    /// - Throws: when something of the image has not been asked for: what was read said that it ends before.
    public func finish() async throws {
        guard rest == 0 else { throw SaveFileError(path, .damaged("its image was shorter when it was read again")) }
    }

    /// Idempotent.
    public func close() async { await file.close() }
}

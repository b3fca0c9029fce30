import HostInterface
import HypervisorInterface
import SExpressions

/// What the command line shows of save files, without a daemon: `xm image-info FILE`, `xm image-stream FILE`.
public enum SaveFileInspection {
    /// The header and what the image consists of, after checking all of it.
    ///
    /// `(xend-save (id …) … (image (kind pv) (xen 4.17) (bytes N) (pages N) (records (PAGE_DATA N) …)))`
    ///
    /// - Parameter file: closed in the end.
    public static func information(
        _ path: String, file: any ReadableFile
    ) async throws(SaveFileError) -> SExpression {
        let reader = try await SaveFileReader(path: path, file: file)
        do {
            let summary = try await reader.verify()
            await reader.close()
            return .list((reader.header.expression.list ?? []) + [summary.expression])
        } catch {
            await reader.close()
            throw error
        }
    }

    /// Hands out the bare libxc stream, for Xen's own tools.
    ///
    /// - Parameter file: closed in the end.
    /// - Throws: `SaveFileError`, or what `output` throws. Damage is found when it is reached: what was handed out
    ///   before it is of
    ///   no use then.
    public static func stream(_ path: String, file: any ReadableFile, to output: any ImageOutput) async throws {
        let reader = try await SaveFileReader(path: path, file: file)
        do {
            while true {
                let piece = try await reader.next(limit: 256 * 1024)
                if piece.isEmpty { break }
                try await output.write(piece)
            }
            await reader.close()
        } catch {
            await reader.close()
            throw error
        }
    }
}

extension ImageSummary {
    /// `(image (kind pv) (xen 4.17) (bytes N) (pages N) (records (PAGE_DATA N) …))`
    public var expression: SExpression {
        let counted = records.sorted { $0.key.rawValue < $1.key.rawValue }
        var fields: [SExpression] = [
            .element("kind", kind.rawValue), .element("xen", "\(xenMajor).\(xenMinor)"), .element("bytes", bytes),
            .element("pages", pages), .element("records", counted.map { .element($0.key.name, $0.value) }),
        ]
        if optionalRecords > 0 { fields.append(.element("optional", optionalRecords)) }
        return .element("image", fields)
    }
}

import DomainModel
import SExpressions

/// A file with the configuration of one domain, in whatever of the three languages it is written, as xend takes it.
///
/// Nothing of it is executed, and nothing outside of it is looked at: its paths are of whatever machine makes the domain.
public struct DomainFile: Sendable {
    /// What a file that is no expression means with the words that xm and xl read differently.
    public enum Dialect: String, CaseIterable, Sendable {
        /// xl, and the xm of Xen 3: no network interface unless one is named, 256 is an even share.
        case later
        /// The xm of Xen 2.0: one network interface unless another number is named, 1 is an even share.
        case original
    }

    /// `(vm …)`
    public let configuration: SExpression
    /// What it says without effect, in sentences.
    public let warnings: [String]

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - bytes: its contents.
    ///   - name: as it is called, for messages, and for the name of the domain where it has none.
    ///   - dialect: what it means where it is no expression.
    ///   - randomByte: for addresses of network interfaces that have none.
    /// - Throws: what is wrong, and where.
    public init(
        _ bytes: [UInt8], name: String, dialect: Dialect, randomByte: @escaping () -> UInt8
    ) throws(DomainFileFailure) {
        let blanks = Set(" \t\r\n".utf8)
        guard bytes.first(where: { !blanks.contains($0) }) == UInt8(ascii: "(") else {
            (configuration, warnings) = try Self.variables(bytes, name, dialect, randomByte)
            return
        }
        configuration = try Self.expression(bytes, name)
        warnings = []
    }

    private static func expression(_ bytes: [UInt8], _ name: String) throws(DomainFileFailure) -> SExpression {
        let all: [SExpression]
        do throws(SXPError) {
            all = try SExpression.parseAll(bytes)
        } catch {
            throw DomainFileFailure(error.describe(file: name))
        }
        guard let first = all.first, all.count == 1 else {
            throw DomainFileFailure(
                "\(name) has \(all.count) configurations: say which, or give xm create -F all of them")
        }
        // As xm list --long and save files show it.
        guard first.name != "vm", let inner = first.childValue("config") else { return first }
        return inner
    }

    private static func variables(
        _ bytes: [UInt8], _ name: String, _ dialect: Dialect, _ randomByte: @escaping () -> UInt8
    ) throws(DomainFileFailure) -> (SExpression, [String]) {
        let isLater = dialect == .later
        let file: ConfigFile
        do throws(ConfigFileError) {
            file = try ConfigFile(bytes, name: name, options: ConfigFile.Options(looseIndentation: isLater))
        } catch {
            throw DomainFileFailure(error.description)
        }
        var settings = CreateSettings()
        settings.take(file.variables)
        try DomainConfiguration.judgeTypes(of: file.variables, own: file.read)
        var made = DomainConfiguration(
            settings: settings, isLater: isLater, currentDirectory: "", randomByte: randomByte)
        let expression = try made.expression(standardName: FilePathText.baseName(name))
        try made.judge(file.variables.map(\.name), own: file.read)
        return (expression, made.warnings + relativePaths(in: settings))
    }

    /// Where they are relative to is known to xm alone.
    private static func relativePaths(in settings: CreateSettings) -> [String] {
        ["kernel", "ramdisk"].compactMap { key in
            guard let path = settings.word(key), !path.isEmpty, !path.hasPrefix("/") else { return nil }
            return "\(key) \(path) is no path from the root: it is taken for /\(path) of the node"
        }
    }
}

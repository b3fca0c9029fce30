import Glibc
import HostInterface
import ScenarioRunner

/// Which state of the sources this program is made of, for reports of what was found.
public enum SourceVersion {
    /// The commit of the checkout that the program was built in, with `-dirty` where that has been changed; elsewhere the version.
    public static let current: String = {
        guard let path = realpath("/proc/self/exe", nil) else { return installed }
        defer { free(path) }
        let directory = String(cString: path).split(separator: "/").dropLast().joined(separator: "/")
        guard
            let git = try? Command.run("git", "-C", "/\(directory)", "describe", "--always", "--dirty", "--exclude=*"),
            git.succeeded,
            let commit = git.lines.first
        else { return installed }
        return "commit \(commit)"
    }()

    private static let installed = "version \(XendVersion.current)"
}

/// Which state of the sources this is, for reports of what was found.
public enum SourceVersion {
    /// The commit of the directory that the program runs in; nil when that is no checkout.
    public static let current: String? = {
        guard let git = try? Command.run("git", "rev-parse", "--short", "HEAD"), git.succeeded else { return nil }
        return git.lines.first
    }()
}

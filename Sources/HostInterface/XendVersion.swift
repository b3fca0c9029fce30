/// The version of everything in this package: what each program's `--version` says.
public enum XendVersion {
    /// What `--version` prints.
    public static let current = "1.0.0"
}

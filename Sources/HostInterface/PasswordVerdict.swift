/// What the machine says of a password.
public enum PasswordVerdict: Hashable, Sendable {
    /// It is the user's, who may come in now.
    case accepted
    /// It is not, or he may not.
    case refused
    /// Nobody could say; why.
    case unavailable(String)
}

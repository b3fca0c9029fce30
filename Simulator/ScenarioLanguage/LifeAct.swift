/// The beginning or end of a daemon or of the host below it.
public enum LifeAct: Hashable, Sendable {
    /// `(daemon stop | start | kill | restart)`
    case daemon(DaemonAct)
    /// `(power-loss HOST)`: it stays off.
    case powerLoss(host: String)
    /// `(host-reboot HOST)`: it comes up and starts xend.
    case hostReboot(host: String)

    /// What happens to a daemon alone.
    public enum DaemonAct: String, CaseIterable, Sendable { case stop, start, kill, restart }
}

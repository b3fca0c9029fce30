/// What means something on one host alone: the id of a domain, or a path.
struct HostedName: Hashable {
    var host: String
    var name: String
}

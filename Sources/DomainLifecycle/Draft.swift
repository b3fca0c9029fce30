import DomainModel

/// A plan before it has its ticket.
struct Draft {
    var name: String
    var direction = Plan.Direction.undoable
    var recording = Plan.Recording.none
    var steps: [Step]
    var reason = ""
    /// A name that nobody else may take until the plan has ended.
    var promisedName: DomainName?
}

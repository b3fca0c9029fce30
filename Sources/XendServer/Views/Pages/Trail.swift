/// The way to a resource: what contains it, then itself.
public struct Trail: Sendable {
    /// A page on the way, and its address below the root.
    public typealias Step = (title: String, path: String)

    /// The kinds of resources, as the navigation has them.
    static let sections: [Step] = [
        ("Domains", Path.domains), ("Node", Path.node), ("Consoles", Path.consoles), ("Devices", Path.devices),
        ("Tasks", Path.tasks), ("History", Path.history), ("Events", Path.events), ("Virtual networks", Path.networks),
    ]

    let steps: [Step]

    /// - Parameter segments: of the path, decoded.
    init(to segments: [String]) {
        var steps: [Step] = []
        // The root is in the head of every page.
        for count in 2...max(2, segments.count) where count <= segments.count {
            let path = Path.joined(segments.prefix(count))
            let kind = Self.sections.first { $0.path == path }
            steps.append((kind?.title ?? segments[count - 1], path))
        }
        self.steps = steps
    }

    /// What the resource is called.
    var title: String { steps.last?.title ?? "xend" }
    var path: String { steps.last?.path ?? Path.root }
}

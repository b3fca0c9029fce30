import DomainFiles

/// What files and the words of the command line are read by is a module that the daemon uses too; here its failures become ours.
extension XmFailure {
    static func reading<Value>(_ body: () throws(DomainFileFailure) -> Value) throws(XmFailure) -> Value {
        do {
            return try body()
        } catch {
            throw .error(error.text)
        }
    }

    static func disk(_ text: String, isLater: Bool) throws(XmFailure) -> DiskSpecifier {
        try reading { () throws(DomainFileFailure) in try DiskSpecifier(text, isLater: isLater) }
    }
}

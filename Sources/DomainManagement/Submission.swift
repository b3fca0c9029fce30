import DomainLifecycle
import DomainModel
import Migration

/// An operation made ready for the table: what had to be seen of the world has been seen, and nothing is changed yet.
enum Submission {
    /// A new domain.
    case creation(DomainConfig, DomainUUID)
    /// A domain from a save file.
    case restoration(Arrival, SaveFileReader)
    /// A domain from another host.
    case reception(Arrival, Reception)
    case change(DomainReference, DomainOperation)
    /// A save or a migration.
    case departure(DomainReference, DomainOperation, DepartureSession, MigrationRoute?)

    /// A refusal in the words of who asked.
    func told(_ refusal: Refusal) -> OperationError {
        var error = refusal.operationError
        switch self {
        case .creation:
            // Of the device phase the original reported without a prefix (reference/http-api.md §6.5).
            if !refusal.isAboutDevices { error.message = "Error creating domain: \(error.message)" }
        case .restoration(let arrival, _): error.message = "cannot restore \(arrival.record.title): \(error.message)"
        case .reception, .change, .departure: break
        }
        return error
    }
}

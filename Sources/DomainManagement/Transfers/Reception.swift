import DomainModel
import Migration

/// A domain that is being received, from the offer until it is settled whose it is.
final class Reception {
    let offer: MigrationOffer
    let channel: MigrationChannel
    /// From the moment at which the table has agreed and the journal knows it.
    private(set) var task: TransferTask?
    private(set) var domain: DomainUUID?
    /// The source has been told that it may send.
    var isAccepted = false

    init(offer: MigrationOffer, channel: MigrationChannel) {
        self.offer = offer
        self.channel = channel
    }

    func begin(_ task: TransferTask, of domain: DomainUUID) {
        self.task = task
        self.domain = domain
    }
}

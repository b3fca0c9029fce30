import AccessControl
import DomainLifecycle
import DomainManagement
import SExpressions

/// `/xend/saved`: the files in the directory of saved domains, `xend-save-directory`. No others are shown, whoever asks.
enum SavedResource {
    static func list(_ exchange: Exchange) async throws(Failure) -> Answer {
        let directory = exchange.authenticator.policy.saveDirectory
        var files: [SavedFile] = []
        if let directory, let store = exchange.configuration.files {
            files = try await exchange.ask { _ throws(OperationError) in try await SavedFile.all(in: directory, store) }
        }
        let caller = exchange.request.caller
        let page = SavedPage(
            files: files, directory: directory,
            refusal: caller.may(.operator) ? nil : caller.refusal(.operator, of: "restore"))
        return Answer.list(files).page { page.page() }
    }
}

/// The parameters of an operation.
public struct Arguments: Sendable {
    let form: Form
    init(_ form: Form) { self.form = form }
}

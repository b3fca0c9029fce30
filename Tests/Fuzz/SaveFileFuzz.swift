// The entry point of libFuzzer for the module Migration: images of domains, headers of save files, messages of other hosts.
// `CI/fuzz-migration` compiles it with the module; it is no target of the package.

import DomainModel
import Migration
import SExpressions

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    checkImage(input)
    checkImage(opening + input)
    checkTexts(input)
    return 0
}

/// The two headers of an image of a PVH guest, and what must stand before pages: so far a fuzzer seldom gets by itself.
private let opening: [UInt8] =
    [UInt8](repeating: 0xFF, count: 8) + Array("XENF".utf8) + [0, 0, 0, 3] + [UInt8](repeating: 0, count: 8)
    + [2, 0, 0, 0, 12, 0, 0, 0, 4, 0, 0, 0, 17, 0, 0, 0] + [16, 0, 0, 0, 0, 0, 0, 0]

/// What is said of an image does not depend on how it comes; what is taken of it is no more than there is.
private func checkImage(_ input: [UInt8]) {
    let cut = input.isEmpty ? 0 : Int(input[input.count / 2]) % input.count
    let whole = read([input])
    let split = read([Array(input[..<cut]), Array(input[cut...])])
    precondition(whole.error == split.error && whole.taken == split.taken, "pieces matter")
    precondition(whole.validator.summary == split.validator.summary, "pieces matter")
    precondition(whole.taken <= input.count)
    guard whole.error == nil, whole.validator.isComplete else { return }
    precondition(whole.validator.summary.bytes == UInt64(whole.taken), "bytes are counted wrong")
    precondition(whole.validator.summary.count(.end) == 1, "an image ends once")
}

private func read(_ pieces: [[UInt8]]) -> (validator: ImageValidator, taken: Int, error: ImageError?) {
    var validator = ImageValidator()
    var taken = 0
    for piece in pieces {
        do {
            taken += try validator.feed(piece)
        } catch {
            return (validator, 0, error)
        }
    }
    return (validator, taken, nil)
}

/// What can be understood is the same after it has been written again.
private func checkTexts(_ input: [UInt8]) {
    guard let expression = try? SExpression.parseFirst(input) else { return }
    if let header = SaveFileHeader(expression) {
        precondition(SaveFileHeader(header.expression) == header, "a header changes")
    }
    if let message = MigrationMessage(expression) {
        precondition(MigrationMessage(message.expression) == message, "a message changes")
    }
    if let record = HandoverRecord(expression) {
        precondition(HandoverRecord(record.expression) == record, "a record changes")
    }
}

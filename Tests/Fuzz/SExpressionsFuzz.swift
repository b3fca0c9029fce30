// The entry point of libFuzzer for the module SExpressions. `CI/fuzz` compiles it together with the module's sources;
// it is no target of the package.

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    checkText(input)
    checkPieces(input)
    checkValues(input)
    return 0
}

/// Any bytes go through a string unharmed.
private func checkText(_ input: [UInt8]) {
    precondition(SXPText.bytes(of: SXPText.string(decoding: input)) == input, "bytes changed")
}

/// The result does not depend on where the input is split.
private func checkPieces(_ input: [UInt8]) {
    let cut = input.isEmpty ? 0 : Int(input[input.count / 2]) % input.count
    let whole = read([input[...]], limits: tight)
    let split = read([input[..<cut], input[cut...]], limits: tight)
    precondition(whole.values == split.values && whole.error == split.error, "pieces matter")
}

/// What can be read is the same after printing and layout.
private func checkValues(_ input: [UInt8]) {
    for value in read([input[...]], limits: tight).values.map(\.value) {
        let printed = value.description
        precondition(read([Array(printed.utf8)[...]]).values.map(\.value) == [value], "printing changes the value")
        precondition(printed.utf8.allSatisfy { (0x20..<0x7F).contains($0) }, "not one line of ASCII")
        let layout = value.pretty(width: input.count % 80)
        precondition(read([Array(layout.utf8)[...]]).values.map(\.value) == [value], "layout changes the value")
        precondition(value.merging(value) == value, "merging with itself changes the value")
    }
}

/// Narrow enough that inputs reach them.
private let tight = SXPLimits(depth: 20, bytes: 200, values: 100)

private func read(
    _ pieces: [ArraySlice<UInt8>], limits: SXPLimits = .standard
) -> (values: [LocatedSExpression], error: SXPError?) {
    var reader = SXPReader(limits: limits)
    var failure: SXPError?
    do {
        for piece in pieces { try reader.feed(piece) }
        try reader.finish()
    } catch {
        failure = error
    }
    var values: [LocatedSExpression] = []
    while let value = reader.nextLocated() { values.append(value) }
    return (values, failure)
}

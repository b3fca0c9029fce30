// The entry point of libFuzzer for the forms of the module XendServer. `CI/fuzz` compiles it together with the sources in
// Sources/XendServer/Forms; it is no target of the package.

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    checkPieces(input)
    checkValues(input)
    checkURLEncoding(input)
    return 0
}

private let boundary = Array("B0".utf8)

/// The result does not depend on where the body is split.
private func checkPieces(_ input: [UInt8]) {
    let cut = input.isEmpty ? 0 : Int(input[input.count / 2]) % input.count
    let whole = read([input[...]])
    precondition(whole == read([input[..<cut], input[cut...]]), "pieces matter")
    precondition(whole == read(input.indices.map { input[$0..<$0 + 1] }), "single bytes matter")
}

/// Whatever bytes a part has, they come back, if the boundary does not occur in them.
private func checkValues(_ input: [UInt8]) {
    guard !contains(input, boundary) else { return }
    for lineBreak in [Array("\r\n".utf8), Array("\n".utf8)] {
        // A value that ends in CR would lend it to a bare LF.
        if lineBreak.count == 1, input.last == UInt8(ascii: "\r") { continue }
        let delimiter = Array("--".utf8) + boundary
        var body = delimiter + lineBreak
        body += Array("Content-Disposition: form-data; name=\"a\"".utf8) + lineBreak + lineBreak
        body += input + lineBreak + delimiter + Array("--".utf8) + lineBreak
        precondition(read([body[...]])?.fields.map(\.value) == [input], "the value changed")
    }
}

/// Names and values survive their encoding.
private func checkURLEncoding(_ input: [UInt8]) {
    guard let form = try? Form(urlEncoded: input, maximumFields: 50) else { return }
    let text = form.fields.map { field in
        field.name.utf8.isEmpty
            ? "=" + URLEncoding.encode(segment: field.text)
            : URLEncoding.encode(segment: field.name) + "=" + URLEncoding.encode(segment: field.text)
    }.joined(separator: "&")
    precondition((try? Form(urlEncoded: Array(text.utf8), maximumFields: 50)) == form, "encoding changes the form")
}

private func read(_ pieces: [ArraySlice<UInt8>]) -> Form? {
    guard var parser = try? MultipartParser(boundary: boundary, maximumFields: 5) else { return nil }
    do {
        for piece in pieces { try parser.feed(piece) }
        return try parser.finish()
    } catch {
        return nil
    }
}

private func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
    bytes.indices.contains { bytes[$0...].starts(with: part) }
}

import DomainLifecycle

/// Long lists in pages: `?limit=N&offset=M`.
extension Exchange {
    /// More in one page than in a whole list makes no sense.
    private static let limits = 1...20_000

    /// The page that is asked for, with a `Link` to the next one; a whole list where none is asked for.
    /// - Throws: that the numbers are none.
    func page(of answer: Answer) throws(Failure) -> Answer {
        guard request.isGet, case .value(let value, true) = answer.content, let list = value as? any Paged,
            request.form.text("limit") != nil || request.form.text("offset") != nil
        else { return answer }
        let (limit, offset) = try read(
            Argument<Int>.integer("limit", in: Self.limits).or(Self.limits.upperBound),
            Argument<Int>.integer("offset", in: 0...Int(Int32.max)).or(0))
        let start = min(offset, list.count)
        let end = min(start + limit, list.count)
        var paged = answer
        paged.content = .value(list.part(start..<end), isPlainList: true)
        if end < list.count { paged.next = "<\(next(limit, end))>; rel=\"next\"" }
        return paged
    }

    private func next(_ limit: Int, _ offset: Int) -> String {
        let others = request.target.query.fields.filter { !["limit", "offset"].contains($0.name) }
        let pairs = others.map { "\(URLEncoding.encode(segment: $0.name))=\(URLEncoding.encode(segment: $0.text))" }
        return path + "?" + (pairs + ["limit=\(limit)", "offset=\(offset)"]).joined(separator: "&")
    }
}

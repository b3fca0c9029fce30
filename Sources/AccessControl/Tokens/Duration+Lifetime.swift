extension Duration {
    /// How long something is good for, as people write it: `90m`, `12h`, `30d`, `4w`; a number alone is seconds.
    ///
    /// - Returns: nil for anything else, and for what nobody means.
    public init?(lifetime text: String) {
        let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400]
        var digits = text[...]
        let unit = digits.last.flatMap { units[$0] }
        if unit != nil { digits.removeLast() }
        guard (1...10).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let count = Int(digits)
        else { return nil }
        self = .seconds(count * (unit ?? 1))
    }
}

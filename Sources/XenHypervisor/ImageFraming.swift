#if RealXen
    /// How long the parts of a libxc migration stream are: two headers, then records up to one of type END.
    struct ImageFraming {
        private enum State {
            case imageHeader, domainHeader, recordHeader
            case body(left: Int, isLast: Bool)
            case end
        }

        private var state = State.imageHeader

        /// How many bytes to take next; nil at the end.
        func next() -> Int? {
            switch state {
            case .imageHeader: 24
            case .domainHeader: 16
            case .recordHeader: 8
            case .body(let left, _): min(left, pieceSize)
            case .end: nil
            }
        }

        /// The bytes that `next` asked for.
        mutating func took(_ bytes: [UInt8]) throws(ImageFramingError) {
            switch state {
            case .imageHeader:
                try checkImageHeader(bytes)
                state = .domainHeader
            case .domainHeader:
                state = .recordHeader
            case .recordHeader:
                let (type, length) = (number(bytes, 0), number(bytes, 4))
                guard length <= largestRecord else {
                    throw ImageFramingError("a record of \(length) bytes is too long")
                }
                // Bodies are padded to a multiple of 8.
                state = afterBody(left: Int(length + 7) & ~7, isLast: type == endRecord)
            case .body(let left, let isLast):
                state = afterBody(left: left - bytes.count, isLast: isLast)
            case .end:
                preconditionFailure("bytes behind the end of an image")
            }
        }

        private func afterBody(left: Int, isLast: Bool) -> State {
            if left > 0 { return .body(left: left, isLast: isLast) }
            return isLast ? .end : .recordHeader
        }

        /// Marker of all ones, "XENF", version, options (bit 0: big-endian).
        private func checkImageHeader(_ bytes: [UInt8]) throws(ImageFramingError) {
            guard bytes.prefix(8).allSatisfy({ $0 == 0xFF }), bytes[8..<12].elementsEqual("XENF".utf8) else {
                throw ImageFramingError("this is no image of a domain (no libxc migration stream)")
            }
            guard bytes[17] & 1 == 0 else { throw ImageFramingError("the image was made on a big-endian machine") }
        }

        /// A little-endian number of 4 bytes.
        private func number(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
            bytes[offset..<offset + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
        }
    }

    struct ImageFramingError: Error, CustomStringConvertible {
        let description: String
        init(_ description: String) { self.description = description }
    }

    /// REC_TYPE_END.
    private let endRecord: UInt32 = 0
    /// REC_LENGTH_MAX of libxenguest.
    private let largestRecord: UInt32 = 128 << 20
#endif

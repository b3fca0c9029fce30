#if RealXen
    import CXen
    import DomainModel
    import HypervisorInterface

    /// What xenstored can be asked, as it goes over its socket (xen/io/xs_wire.h; docs/misc/xenstore.txt).
    struct XenStoreRequest {
        private let type: xsd_sockmsg_type
        /// What it is about; each part but a value ends with a zero.
        private let payload: [UInt8]
        private let transaction: UInt32
        /// For an error: "cannot ACTION PATH".
        let action: String
        let path: String
        /// As stories call it whose faults strike there (CI/lab/failing).
        let name: String
        /// Where, likewise.
        let place: String
        /// Whether it makes sense: a zero within a path would end it.
        let isWellFormed: Bool

        private init(
            _ type: xsd_sockmsg_type, _ action: String, _ path: String, _ words: [String], value: String? = nil,
            name: String, place: String? = nil, in transaction: XenStoreTransaction? = nil
        ) {
            self.type = type
            payload = words.flatMap { Array($0.utf8) + [0] } + Array((value ?? "").utf8)
            self.transaction = transaction?.rawValue ?? 0
            (self.action, self.path, self.name, self.place) = (action, path, name, place ?? path)
            isWellFormed = !words.contains { $0.utf8.contains(0) }
        }

        static func read(_ path: String, in transaction: XenStoreTransaction?) -> Self {
            Self(XS_READ, "read", path, [path], name: "read", in: transaction)
        }

        static func list(_ path: String, in transaction: XenStoreTransaction?) -> Self {
            Self(XS_DIRECTORY, "list", path, [path], name: "read", in: transaction)
        }

        /// A part of a list that is too long for one answer.
        /// - Parameter offset: bytes of the list before it.
        static func list(_ path: String, from offset: Int, in transaction: XenStoreTransaction?) -> Self {
            Self(XS_DIRECTORY_PART, "list", path, [path, String(offset)], name: "read", in: transaction)
        }

        static func remove(_ path: String, in transaction: XenStoreTransaction?) -> Self {
            Self(XS_RM, "remove", path, [path], name: "rm", in: transaction)
        }

        static func change(_ change: XenStoreChange, in transaction: XenStoreTransaction?) -> Self {
            switch change {
            case .write(let path, let value):
                Self(XS_WRITE, "write", path, [path], value: value, name: "write", in: transaction)
            case .makeDirectory(let path): Self(XS_MKDIR, "make", path, [path], name: "write", in: transaction)
            case .setPermissions(let path, let permissions):
                Self(
                    XS_SET_PERMS, "set permissions of", path, [path] + permissions.map(\.onTheWire), name: "write",
                    in: transaction)
            }
        }

        static let begin = Self(XS_TRANSACTION_START, "begin", "a transaction", [""], name: "transaction", place: "/")

        static func end(_ transaction: XenStoreTransaction, commit: Bool) -> Self {
            Self(
                XS_TRANSACTION_END, commit ? "commit" : "abort", "a transaction", [commit ? "T" : "F"],
                name: "transaction", place: "/", in: transaction)
        }

        /// Of one that ends a transaction: that it has come to nothing.
        var abort: Self? {
            guard type == XS_TRANSACTION_END else { return nil }
            return .end(XenStoreTransaction(transaction), commit: false)
        }

        static func introduce(_ id: DomainID, frame: UInt64, port: EventPort) -> Self {
            of(id, XS_INTRODUCE, "introduce", [String(frame), String(port.rawValue)])
        }

        static func resume(_ id: DomainID) -> Self { of(id, XS_RESUME, "resume") }

        static func release(_ id: DomainID) -> Self { of(id, XS_RELEASE, "release") }

        private static func of(_ id: DomainID, _ type: xsd_sockmsg_type, _ action: String, _ more: [String] = [])
            -> Self
        {
            Self(type, action, "domain \(id)", ["\(id)"] + more, name: action, place: "/local/domain/\(id)")
        }

        /// Bytes of it.
        var size: Int { MemoryLayout<xsd_sockmsg>.size + payload.count }
        /// Whether it is longer than xenstored takes.
        var isTooLong: Bool { payload.count > Int(XENSTORE_PAYLOAD_MAX) }

        /// - Parameter number: by which its answer is known.
        func write(_ number: UInt32, into bytes: inout [UInt8]) {
            for field in [type.rawValue, number, transaction, UInt32(payload.count)] {
                withUnsafeBytes(of: field) { bytes.append(contentsOf: $0) }
            }
            bytes += payload
        }
    }

    extension XenStorePermission {
        /// `r7`
        fileprivate var onTheWire: String {
            switch access {
            case .none: "n\(domain)"
            case .read: "r\(domain)"
            case .write: "w\(domain)"
            case .readWrite: "b\(domain)"
            }
        }
    }
#endif

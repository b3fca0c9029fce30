#if RealXen && DEBUG
    import Glibc
    import HypervisorInterface

    /// Requests to xenstored, told to what CI/lab preloads into the daemon there so that they fail or the daemon is killed at them. No
    /// release build tells them, and nothing is told where nothing is preloaded.
    enum StorePoints {
        /// What is asked of which node. Says with which errno it fails; 0: not.
        private typealias Passes = @convention(c) (UnsafePointer<CChar>, UnsafePointer<CChar>) -> CInt
        /// An answer, which it may damage. Says how much of it is left.
        private typealias WasAnswered = @convention(c) (UnsafeMutablePointer<UInt8>?, UInt32) -> UInt32

        private static let passes = dlsym(nil, "xend_passes_request").map { unsafeBitCast($0, to: Passes.self) }
        private static let answered = dlsym(nil, "xend_was_answered").map { unsafeBitCast($0, to: WasAnswered.self) }

        /// Whether anything is preloaded.
        static var areHeard: Bool { passes != nil }

        static func pass(_ request: XenStoreRequest) throws(XenStoreError) {
            guard let errno = passes?(request.name, request.place), errno != 0 else { return }
            throw request.error(XenStoreError.Reason(errno: errno))
        }

        static func wasAnswered(_ answer: inout [UInt8]) {
            guard let answered else { return }
            let left = answer.withUnsafeMutableBufferPointer { answered($0.baseAddress, UInt32($0.count)) }
            answer.removeLast(answer.count - Int(left))
        }
    }
#endif

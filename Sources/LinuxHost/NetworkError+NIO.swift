import Glibc
import HostInterface
import NIOCore
import NIOPosix
import SystemPackage

extension NetworkError {
    /// The error of an established connection.
    init(connection error: any Error) {
        self =
            switch error {
            case let error as NetworkError: error
            case let error as IOError where error.errnoCode == ETIMEDOUT: .timedOut
            case let error where StreamSecurity.isFailure(error): .system("TLS failed: \(error)")
            // Everything else that can befall a connection ends it: reset, broken pipe, closed under a pending write.
            default: .closed
            }
    }

    /// The error of an attempt to connect.
    init(connecting error: any Error, host: String, port: UInt16) {
        switch error {
        case let error as NetworkError: self = error
        case let error as NIOConnectionError: self = NetworkError(attempts: error, host: host, port: port)
        case ChannelError.connectTimeout: self = .timedOut
        case let error as IOError: self = NetworkError(errno: error.errnoCode, host: host, port: port)
        default: self = .system("cannot connect to \(host):\(port): \(error)")
        }
    }

    /// The error of an attempt to listen.
    init(listening error: any Error, port: UInt16) {
        switch error {
        case Errno.addressInUse: self = .addressInUse(port: port)
        case let error as Errno: self = .system("cannot listen on port \(port): \(errorText(error.rawValue))")
        case let error as NetworkError: self = error
        case let error as SocketAddressError.UnknownHost: self = .unknown(host: error.host)
        default: self = .system("cannot listen on port \(port): \(error)")
        }
    }

    /// The error of an attempt to listen on a Unix socket.
    init(listening error: any Error, path: String) {
        let reason =
            switch error {
            case let error as IOError: errorText(error.errnoCode)
            case let error as Errno: errorText(error.rawValue)
            default: "\(error)"
            }
        self = .system("cannot listen on \(path): \(reason)")
    }

    /// A host may have several addresses; a refusal by one of them tells more than the others' silence.
    private init(attempts error: NIOConnectionError, host: String, port: UInt16) {
        let errors = error.connectionErrors.map { NetworkError(connecting: $0.error, host: host, port: port) }
        let refused = NetworkError.refused(host: host, port: port)
        if errors.contains(refused) {
            self = refused
        } else if let first = errors.first {
            self = first
        } else {
            self = .unknown(host: host)
        }
    }

    private init(errno: CInt, host: String, port: UInt16) {
        self =
            switch errno {
            case ECONNREFUSED: .refused(host: host, port: port)
            case EHOSTUNREACH, ENETUNREACH, EHOSTDOWN, ENETDOWN: .unreachable(host: host)
            case ETIMEDOUT: .timedOut
            default: .system("cannot connect to \(host):\(port): \(errorText(errno))")
            }
    }
}

/// The C library's text for an errno.
func errorText(_ errno: CInt) -> String {
    guard let text = strerror(errno) else { return "error \(errno)" }
    return String(cString: text)
}

extension NetworkAddress {
    /// The address of a socket.
    init(_ address: SocketAddress?) {
        self.init(host: address?.ipAddress ?? "", port: UInt16(address?.port ?? 0))
    }
}

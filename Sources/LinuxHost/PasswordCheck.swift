import Glibc

/// The helper's side of a password: asks libpam, which is looked for when it is needed, and is nowhere else.
public enum PasswordCheck {
    /// Exit status: the password is the user's, who may come in.
    public static let accepted: Int32 = 0
    /// It is not, or he may not.
    public static let refused: Int32 = 1
    /// PAM could not be asked; standard error says why.
    public static let unavailable: Int32 = 2

    /// Reads service, user and password from descriptor 3, each ended by NUL, and asks.
    ///
    /// - Returns: the exit status.
    public static func run() -> Int32 {
        var buffer = [UInt8](repeating: 0, count: PasswordHelper.requestLimit)
        var count = 0
        while count < buffer.count {
            let more = buffer.withUnsafeMutableBytes { read(3, $0.baseAddress.map { $0 + count }, $0.count - count) }
            if more <= 0 { break }
            count += more
        }
        let words = buffer.prefix(count).split(separator: 0, omittingEmptySubsequences: false).dropLast()
            .map { String(decoding: $0, as: UTF8.self) }
        guard words.count == 3 else { return fail("it was asked nothing") }
        guard let library = PAMLibrary() else { return fail("there is no libpam on this machine") }
        return library.isAccepted(service: words[0], user: words[1], password: words[2]) ? accepted : refused
    }

    private static func fail(_ text: String) -> Int32 {
        _ = text.withCString { write(2, $0, strlen($0)) }
        return unavailable
    }
}

/// libpam's five functions (pam(3)).
private struct PAMLibrary {
    private typealias Start =
        @convention(c) (
            UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafeRawPointer, UnsafeMutablePointer<OpaquePointer?>
        ) -> Int32
    private typealias Step = @convention(c) (OpaquePointer?, Int32) -> Int32

    /// `PAM_SUCCESS`
    private static let success: Int32 = 0
    /// `PAM_SILENT`: modules print nothing.
    private static let silent: Int32 = 0x8000

    private let start: Start
    private let authenticate: Step
    private let accountManagement: Step
    private let end: Step

    init?() {
        guard let library = dlopen("libpam.so.0", RTLD_NOW),
            let start = dlsym(library, "pam_start"), let authenticate = dlsym(library, "pam_authenticate"),
            let account = dlsym(library, "pam_acct_mgmt"), let end = dlsym(library, "pam_end")
        else { return nil }
        self.start = unsafeBitCast(start, to: Start.self)
        self.authenticate = unsafeBitCast(authenticate, to: Step.self)
        accountManagement = unsafeBitCast(account, to: Step.self)
        self.end = unsafeBitCast(end, to: Step.self)
    }

    func isAccepted(service: String, user: String, password: String) -> Bool {
        password.withCString { password in
            var conversation = PAMConversation(
                answer: PAMConversation.answerAll, password: UnsafeMutableRawPointer(mutating: password))
            var handle: OpaquePointer?
            let status = withUnsafePointer(to: &conversation) { start(service, user, $0, &handle) }
            guard status == Self.success else { return false }
            return withExtendedLifetime(conversation) {
                var status = authenticate(handle, Self.silent)
                if status == Self.success { status = accountManagement(handle, Self.silent) }
                _ = end(handle, status)
                return status == Self.success
            }
        }
    }
}

/// `struct pam_conv`: what modules ask is answered with the password, where the answer is not to be seen, else with nothing.
private struct PAMConversation {
    typealias Answer =
        @convention(c) (
            Int32, UnsafeMutablePointer<UnsafeRawPointer?>?, UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
            UnsafeMutableRawPointer?
        ) -> Int32

    var answer: Answer
    var password: UnsafeMutableRawPointer

    /// `PAM_PROMPT_ECHO_OFF`
    private static let hiddenPrompt: Int32 = 1
    /// `PAM_CONV_ERR`
    private static let failure: Int32 = 19
    /// Bytes of a `struct pam_response`: a pointer and a number.
    private static let responseSize = 16
    /// `PAM_MAX_NUM_MSG`
    private static let maximumMessages: Int32 = 32

    static let answerAll: Answer = { count, messages, responses, password in
        guard (1...maximumMessages).contains(count), let messages, let responses, let password,
            let answers = calloc(Int(count), responseSize)
        else { return failure }
        for number in 0..<Int(count) {
            let style = messages[number]?.load(as: Int32.self) ?? 0
            let text = style == hiddenPrompt ? strdup(password.assumingMemoryBound(to: CChar.self)) : nil
            answers.storeBytes(of: text, toByteOffset: number * responseSize, as: UnsafeMutablePointer<CChar>?.self)
        }
        // Whoever asked frees them.
        responses.pointee = answers
        return 0
    }
}

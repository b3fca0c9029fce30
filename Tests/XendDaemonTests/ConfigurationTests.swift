import Testing

@testable import XendDaemon

/// Nothing that stands in xend-config.sxp is dropped in silence: every key of ours, every one of Xen 3's, and what nobody knows.
@Suite struct ConfigurationTests {
    static let values = ["yes", "no", "'0.0.0.0'", "", "8002", "((9363 pam '^localhost$') (unix none))", "/a/b"]

    private func read(_ key: String, _ value: String) -> Result<XendConfiguration, ConfigurationFileError> {
        Result { () throws(ConfigurationFileError) in
            try XendConfiguration("(loglevel INFO)\n(\(key) \(value))", file: "c")
        }
    }

    @Test("A key of Xen 3 is told of, whatever its value, or refused with the reason", arguments: LaterKey.allCases)
    func later(key: LaterKey) {
        for value in Self.values {
            let read = read(key.rawValue, value)
            switch (key.treatment, read) {
            case (.nothing(let why), .success(let configuration)):
                #expect(configuration.warnings == ["c:2:1: \(key.rawValue) changes nothing: \(why)"])
                #expect(configuration.logLevel == "INFO")
            case (.nothing, .failure(let error)): Issue.record("\(value): \(error)")
            case (.refused(let refused, let why), .failure(let error)):
                #expect(refused.contains(value) && error.description == "c:2:1: \(key.rawValue): \(why)")
            case (.refused(let refused, _), .success): #expect(!refused.contains(value))
            case (.same(let ours), .success(let configuration)):
                #expect(configuration.warnings == ["c:2:1: \(key.rawValue) is taken as \(ours.rawValue)"])
            case (.same, .failure(let error)): #expect(error.description.hasPrefix("c:2:1: \(key.rawValue) must"))
            }
        }
    }

    @Test(
        "A key of ours with a list as its value is a mistake that names it",
        arguments: XendConfiguration.Key.allCases.filter { $0 != .logLevel && $0 != .role })
    func ours(key: XendConfiguration.Key) {
        #expect(
            throws: ConfigurationFileError("c:2:1: \(key.rawValue) must have one value that is a word or a string")
        ) {
            try read(key.rawValue, "((a b))").get()
        }
    }

    @Test(
        "A role is given to users and groups, as often as there are lines",
        arguments: [
            ("(xend-role viewer (user alice 1000) (group staff))(xend-role operator (group ops))", 2),
            ("(xend-role administrator (user alice))", 1), ("(xend-role viewer (certificate CN=ci other))", 1), ("", 0),
        ])
    func roles(text: String, count: Int) throws {
        let grants = try XendConfiguration(text, file: "c").access.grants
        #expect(grants.count == count)
        if count == 2 {
            #expect(grants[0] == .init(.viewer, users: ["alice", "1000"], groups: ["staff"]))
            #expect(grants[1] == .init(.operator, groups: ["ops"]))
        }
        if text.contains("CN=ci") { #expect(grants[0] == .init(.viewer, certificates: ["ci", "other"])) }
    }

    @Test(
        "A role that cannot be read is a mistake that says what may stand there",
        arguments: [
            "(xend-role)", "(xend-role viewer)", "(xend-role king (user alice))", "(xend-role viewer alice)",
            "(xend-role viewer (user))", "(xend-role viewer (user ''))", "(xend-role viewer (user (alice)))",
            "(xend-role viewer (host alpha))", "(xend-role (user alice) viewer)",
        ])
    func roleMistakes(text: String) {
        let error = #expect(throws: ConfigurationFileError.self) { try XendConfiguration(text, file: "c") }
        #expect(error?.description.hasPrefix("c:1:1: xend-role") == true)
        #expect(error?.description.contains("(user NAME…)") == true)
    }

    @Test("What nobody knows is told of, with what it may have meant, and xend starts")
    func unknown() throws {
        for value in Self.values {
            let warnings = try read("xend-prot", value).get().warnings
            #expect(warnings == ["c:2:1: unknown key xend-prot is ignored (did you mean \"xend-port\"?)"])
            #expect(try read("colour", value).get().warnings == ["c:2:1: unknown key colour is ignored"])
        }
    }

    @Test("A file that says nothing about who may do what is told of, and no other")
    func silence() throws {
        #expect(try XendConfiguration("(xend-port 8000)", file: "c").accessWarning?.hasPrefix("c says nothing") == true)
        for text in ["", "(xend-role viewer (user a))", "(xend-local-access none)", "(xend-remote-access closed)"] {
            #expect(try XendConfiguration(text, file: "c").accessWarning == nil)
        }
    }

    @Test("HTTP over TLS needs a certificate and its key, and then has the rest")
    func security() throws {
        let (certificate, key) = ("(xend-http-tls-certificate /c)", "(xend-http-tls-key /k)")
        for text in [
            certificate, key, "(xend-http-tls-port 1)", "(xend-http-tls-ca /a)", certificate + "(xend-http-tls-ca /a)",
        ] {
            #expect(throws: ConfigurationFileError.self) { try XendConfiguration(text, file: "c") }
        }
        let whole = try XendConfiguration(certificate + key + "(xend-http-tls-ca /a)(xend-http-tls-port 9)", file: "c")
        #expect(whole.httpSecurity?.certificate == "/c" && whole.httpSecurity?.key == "/k")
        #expect(whole.httpSecurity?.authority == "/a" && whole.httpTLSPort == 9)
        #expect(try XendConfiguration(certificate + key, file: "c").httpSecurity?.authority == nil)
        #expect(try XendConfiguration("", file: "c").httpSecurity == nil)
    }

    @Test("No key has two meanings")
    func once() {
        let ours = XendConfiguration.Key.allCases.map(\.rawValue)
        #expect(Set(ours).isDisjoint(with: LaterKey.allCases.map(\.rawValue)))
        #expect(LaterKey.allCases.count > 40)
    }

    @Test("Relocation of Xen 3 is migration here")
    func same() throws {
        #expect(try read("xend-relocation-port", "8012").get().migrationPort == 8012)
    }
}

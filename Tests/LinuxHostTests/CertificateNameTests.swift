import Testing

@testable import LinuxHost

/// Whose a certificate is: read from bytes that somebody else has made.
@Suite struct CertificateNameTests {
    /// As openssl makes them, each with another subject.
    private static let certificates: [(subject: String, name: String?, text: String)] = [
        (
            "/O=pool/CN=ci", "ci",
            """
            MIIBkDCCATWgAwIBAgIUALS9vBD+mZEmPaf2kE2knwEDYmwwCgYIKoZIzj0EAwIwHDENMAsGA1UECgwEcG9vbDELMAkGA1UEAwwC\
            Y2kwIBcNMjYxMTMwMDczMDIxWhgPMjA4MTA5MDIwNzMwMjFaMBwxDTALBgNVBAoMBHBvb2wxCzAJBgNVBAMMAmNpMFkwEwYHKoZI\
            zj0CAQYIKoZIzj0DAQcDQgAEHpCQMthUQ2qNClpP1FVSul9Pik3MrsvkZLWuxjl/t+jyQC/I83m4f1+9nqkRWdcY6UkU6MZyAoqN\
            ISDFoBwHCKNTMFEwHQYDVR0OBBYEFJUmsTJsY//GOiw+F4RFc6fJ9krGMB8GA1UdIwQYMBaAFJUmsTJsY//GOiw+F4RFc6fJ9krG\
            MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIhANWnp40+sf01wud+pNyDaPEKBiSGV1tHpJVfgkdDu7NQAiEA5UV1\
            EYVGnIrw+AKkiR0EMhW48HpbzoY7ZTXpOfSvD6o=
            """
        ),
        (
            "/O=pool", nil,
            """
            MIIBdTCCARugAwIBAgIUMJDqUYwnsk9s+V5lsEXNeJWdk+EwCgYIKoZIzj0EAwIwDzENMAsGA1UECgwEcG9vbDAgFw0yNjExMzAw\
            NzMwMjFaGA8yMDgxMDkwMjA3MzAyMVowDzENMAsGA1UECgwEcG9vbDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABC3UX8ysOb81\
            2Ul77FezsARnSM7yfAx91VTQtPljXUUu9OW39NCznCqgMkYmtGzYJn73/BmS9vGTTjfAzOQjDpGjUzBRMB0GA1UdDgQWBBT011D6\
            WXtkyiCffMqP1Q4A2JX7PjAfBgNVHSMEGDAWgBT011D6WXtkyiCffMqP1Q4A2JX7PjAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49\
            BAMCA0gAMEUCID7+laG38jWcEMkBCnFae0RM9R8OggnkTX/NTjRm680IAiEAuNkBjpLdieVqRE2tsJkBUBOrzEhFhas+x4yRZJ16\
            FIY=
            """
        ),
        (
            "/CN=one/CN=two", nil,
            """
            MIIBkDCCATWgAwIBAgIUJOdNEIpZPG1GiUDlHWXl53bzkXcwCgYIKoZIzj0EAwIwHDEMMAoGA1UEAwwDb25lMQwwCgYDVQQDDAN0\
            d28wIBcNMjYxMTMwMDczMDIxWhgPMjA4MTA5MDIwNzMwMjFaMBwxDDAKBgNVBAMMA29uZTEMMAoGA1UEAwwDdHdvMFkwEwYHKoZI\
            zj0CAQYIKoZIzj0DAQcDQgAEHO0LOcbeni8cAPm1XsidTXO8x5PbmcAXbMcyO0D6H7Kq7v2QKN8FbpsRewCSoXt/+a7mLdIpxRsM\
            Fkq+qa3/T6NTMFEwHQYDVR0OBBYEFLDl4xGmexi8euSF3eKrqsg6ptayMB8GA1UdIwQYMBaAFLDl4xGmexi8euSF3eKrqsg6ptay\
            MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIhANy65Poi/EOc8HP5nxXg/dAyUDJNcUIR+4jhv5cm3qe4AiEA4xXN\
            c/tta8b+hdH5lA+Qj96hGLTy39Eoj9pR/65BlEM=
            """
        ),
        (
            "/CN=Zoë", "Zoë",
            """
            MIIBdjCCARugAwIBAgIUEg7j8h36NUl9O8MhDJ1XfTjXDggwCgYIKoZIzj0EAwIwDzENMAsGA1UEAwwEWm/DqzAgFw0yNjExMzAw\
            NzMwMjFaGA8yMDgxMDkwMjA3MzAyMVowDzENMAsGA1UEAwwEWm/DqzBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABKegLV6QDRZo\
            G6jCHJzSsBEjMWQcIVoVZbPuvItANYtAvSoQDGuzqeoFWbTR6zyBQKAOeSlxvT/NuXqzeuHiZn+jUzBRMB0GA1UdDgQWBBS1gwY7\
            PJze8UEbxS33ZD9iYCGpazAfBgNVHSMEGDAWgBS1gwY7PJze8UEbxS33ZD9iYCGpazAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49\
            BAMCA0kAMEYCIQC+hydcHjvCavUZuV4/aAZWAYCkHXhiUkFIYJ8T1HdmQgIhAIsQE9g9tUKuej0ygcLGNSKDh1inAO/CkzJWtyRE\
            INVR
            """
        ),
    ]

    private static func bytes(_ text: String) -> [UInt8] {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var (bits, count) = (UInt32(0), 0)
        var bytes: [UInt8] = []
        for digit in text.utf8 {
            guard let value = digits.firstIndex(of: digit) else { continue }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return bytes
    }

    @Test("The common name of the subject, if there is exactly one") func names() {
        for (subject, name, text) in Self.certificates {
            let bytes = Self.bytes(text)
            #expect(bytes.count > 300)
            #expect(CertificateName.commonName(of: bytes) == name, "\(subject)")
        }
    }

    @Test("What is cut off or changed anywhere is read without harm, and never as another's") func damage() {
        let bytes = Self.bytes(Self.certificates[0].text)
        for count in 0..<bytes.count { #expect(CertificateName.commonName(of: Array(bytes.prefix(count))) == nil) }
        for place in bytes.indices {
            for value: UInt8 in [0, 0x30, 0x7F, 0x80, 0x84, 0xFF] {
                var changed = bytes
                changed[place] = value
                _ = CertificateName.commonName(of: changed)
            }
        }
        #expect(CertificateName.commonName(of: []) == nil)
    }

    @Test("A name with what is no letter is none") func controls() {
        for text: [UInt8] in [[0x0C, 0x00], [0x0C, 0x02, 0x61, 0x00], [0x0C, 0x01, 0xFF], [0x1E, 0x02, 0x00, 0x61]] {
            var reader = DERReader(text[...])
            #expect(reader.text() == nil)
        }
    }
}

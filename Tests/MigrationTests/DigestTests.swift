import Digests
import Testing

@Suite("Digests")
struct DigestTests {
    @Test(
        "SHA-256 gives what NIST's vectors say",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            (
                "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
                "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
            ),
        ])
    func nist(text: String, expected: String) {
        #expect(hexadecimal(SHA256.digest(text.utf8)) == expected)
    }

    @Test("SHA-256 of many blocks")
    func long() {
        let digest = SHA256.digest(repeatElement(UInt8(ascii: "a"), count: 100_000))
        #expect(hexadecimal(digest) == "6d1cf22d7cc09b085dfc25ee1a1f3ae0265804c607bc2074ad253bcc82fd81ee")
    }

    @Test(
        "HMAC gives what RFC 4231 says",
        arguments: [
            (
                [UInt8](repeating: 0x0B, count: 20), "Hi There",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                Array("Jefe".utf8), "what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                [UInt8](repeating: 0xAA, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
        ] as [([UInt8], String, String)])
    func hmac(key: [UInt8], text: String, expected: String) {
        #expect(hexadecimal(authenticationCode(text.utf8, key: key)) == expected)
    }

    @Test(
        "XXH64 gives what its author's program says, however the input is split",
        arguments: [
            (0, "ef46db3751d8e999"), (1, "1f25c8d0bc1f4bb6"), (3, "31d2363f52e564c9"), (4, "9bb64b7d66ee9fda"),
            (8, "dab99d95c6f90092"), (14, "c7f1d4d0acfa5a14"), (31, "a2aa5f33cc4a6119"), (32, "23c3c17ef790fd97"),
            (33, "50a7cfc7ba588784"), (63, "5e3e54b431c7493c"), (64, "0eb64b3ef6eeb01f"), (100, "a61f8d4c170fe531"),
            (200, "a6cb3c09bc829b24"),
        ])
    func xxHash(length: Int, expected: String) {
        let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 * 7 + 3) }
        for step in [1, 5, 32, 33, 200] {
            var hash = XXHash64()
            for start in stride(from: 0, to: length, by: step) { hash.update(bytes[start..<min(start + step, length)]) }
            #expect(hexadecimal(hash.finish()) == expected)
        }
    }

    @Test("SipHash-2-4-128 gives what its authors' vectors say, however the input is split")
    func sipHash() {
        let key = (0..<16).map { UInt8($0) }
        let vectors = [0: "a3817f04ba25a8e66df67214c7550293", 1: "da87c1d86b99af44347659119b22fc45"]
        for (length, expected) in vectors {
            var hash = SipHash(key: key)
            hash.update((0..<length).map { UInt8($0) })
            #expect(hexadecimal(hash.finish()) == expected)
        }
        let bytes = (0..<63).map { UInt8($0) }
        var whole = SipHash(key: key)
        whole.update(bytes)
        let expected = whole.finish()
        for cut in 0...bytes.count {
            var parts = SipHash(key: key)
            parts.update(Array(bytes[..<cut]))
            parts.update(Array(bytes[cut...]))
            #expect(parts.finish() == expected)
        }
    }

    @Test("Hexadecimal digits stand for bytes")
    func digits() {
        #expect(hexadecimal([0, 0x0F, 0xF0]) == "000ff0")
        #expect(bytes(hexadecimal: "000FF0") == [0, 0x0F, 0xF0])
        #expect(bytes(hexadecimal: "0") == nil && bytes(hexadecimal: "0g") == nil)
        #expect(areEqualInConstantTime([1, 2], [1, 2]) && !areEqualInConstantTime([1, 2], [1, 3]))
        #expect(!areEqualInConstantTime([1], [1, 2]))
        let code = SHA256.digest(Array("a code".utf8))
        for bit in 0..<code.count * 8 {
            var other = code
            other[bit / 8] ^= 1 << (bit % 8)
            #expect(!areEqualInConstantTime(code, other), "bit \(bit) is not looked at")
            #expect(!areEqualInConstantTime(other, code), "bit \(bit) is not looked at")
        }
    }
}

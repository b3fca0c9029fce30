// `xm call` knows every operation that xend has.

import DomainLifecycle
import Testing
import XendClient

@testable import XmCommands

@Suite struct CallTests {
    /// The words after the function's name, and the files that some of them name.
    private static func words(_ rule: OperationRule) -> (words: [String], files: [String: String]) {
        var words = rule.target == .domain ? ["k1"] : []
        var files: [String: String] = [:]
        for (argument, field) in zip(rule.arguments, rule.example) {
            guard argument.kind == .expression else {
                words.append(field.text)
                continue
            }
            words.append("a-file")
            files["a-file"] = field.text
        }
        return (words, files)
    }

    @Test("Each operation of the table is a function that sends all its parameters", arguments: OperationRule.all)
    func everyOperation(_ rule: OperationRule) throws {
        let name = "xend_\(rule.target == .node ? "node" : "domain")_\(rule.name)"
        let function = try ClientFunction.named(name)
        let (words, files) = Self.words(rule)
        let call = function.call(try function.arguments(words, FakeHost(files: files)))
        #expect(call.method == .post)
        #expect(
            call.path == (rule.target == .node ? ["node"] : rule.target == .domain ? ["domain", "k1"] : ["domain"]))
        #expect(call.arguments.map(\.name) == rule.arguments.map(\.name) + ["op"])
        let values = call.arguments.map { argument in
            switch argument.value {
            case .text(let text): text
            case .file(_, let content): String(decoding: content, as: UTF8.self)
            }
        }
        #expect(values == rule.example.map(\.text) + [rule.name])
        #expect(CallCommand.call.details.contains(function.usage))
    }

    @Test("What may be left out may be, what is needed is asked for", arguments: OperationRule.all)
    func needed(_ rule: OperationRule) throws {
        let name = "\(rule.target == .node ? "node" : "domain")_\(rule.name)"
        let function = try ClientFunction.named(name)
        let (words, files) = Self.words(rule)
        let host = FakeHost(files: files)
        let needed = rule.arguments.count(where: \.isRequired) + (rule.target == .domain ? 1 : 0)
        for count in 0...words.count {
            let given = Array(words.prefix(count))
            if count < needed {
                #expect(throws: CallFailure.self) { try function.arguments(given, host) }
            } else {
                #expect(try function.arguments(given, host).count == count)
            }
        }
        #expect(throws: CallFailure.self) { try function.arguments(words + ["more"], host) }
    }
}

// The manuals know what the program knows.

import Foundation
import Testing

@testable import DomainFiles
@testable import XmCommands

@Suite struct ManualTests {
    private func manual(_ name: String) throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: "Sources/xm/man/\(name)"), encoding: .utf8)
    }

    @Test("xm(1) describes every command, and every option of create")
    func describesCommands() throws {
        let text = try manual("xm.1")
        for command in XmCommand.all {
            #expect(text.contains("Cm \(command.name)"), "\(command.name)")
        }
        for option in CreateCommand.createOptions where option.name != "help" {
            #expect(text.contains("Fl Fl \(option.name)"), "\(option.name)")
        }
    }

    @Test("xmdomain.cfg(5) describes every variable and every function")
    func describesVariables() throws {
        let words = Set(try manual("xmdomain.cfg.5").split { $0 == " " || $0 == "\n" }.map(String.init))
        for variable in CreateVariable.all { #expect(words.contains(variable.name), "\(variable.name)") }
        for builtin in Builtin.allCases { #expect(words.contains(builtin.rawValue), "\(builtin.rawValue)") }
    }
}

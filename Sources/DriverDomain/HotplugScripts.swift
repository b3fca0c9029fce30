import DomainModel
import HostInterface

/// The scripts that put devices into place on the host (reference/lifecycle-and-events.md §11): no shell, one argument each.
struct HotplugScripts: Sendable {
    let runner: any ScriptRunner
    let settings: DriverDomainSettings
    let started: @Sendable (ScriptCall, ScriptProcess) async -> Void

    /// `vif-bridge up vif=vif1.0 domain=web mac=… bridge=… [ip=…] [antispoof=no]`
    func vif(
        _ operation: String, interface: String, domain: String, config: VIFConfig
    ) async throws(DeviceError) {
        let line = ScriptLine(config.script ?? settings.vifScript)
        var words: [ScriptLine.Word] = [
            .own("vif=\(interface)"), .own("domain=\(domain)"), .own("mac=\(config.address?.description ?? "")"),
            config.bridge.map { .own("bridge=\($0)") } ?? .usual("bridge=\(settings.bridge)"),
        ]
        if !config.ip.isEmpty { words.append(.own("ip=\(config.ip.joined(separator: " "))")) }
        // Only said when it is off: the calling convention of 2004 does not have it.
        if !settings.isAntispoofOn { words.append(.usual("antispoof=no")) }
        _ = try await run(line.name, line.arguments(operation, words))
    }

    /// `block-file bind DETAILS`, which prints the device node. Details of other types are split at `:`.
    func bind(kind: String, details: String) async throws(DeviceError) -> String {
        guard let script = settings.blockScripts[kind] else {
            throw DeviceError("unknown type \(kind): xend-config.sxp names no script (block-\(kind))")
        }
        let arguments = kind == "file" ? [details] : details.split(separator: ":").map(String.init)
        let line = ScriptLine(script)
        let output = try await run(line.name, line.words + ["bind"] + arguments)
        guard let line = output.split(whereSeparator: \.isNewline).first, line.hasPrefix("/") else {
            throw DeviceError("\(settings.path(ofScript: script)) printed no device node but \(quoted(output))")
        }
        return String(line)
    }

    func unbind(kind: String, node: String) async throws(DeviceError) {
        guard let script = settings.blockScripts[kind] else { return }
        let line = ScriptLine(script)
        _ = try await run(line.name, line.words + ["unbind", node])
    }

    private func run(_ name: String, _ arguments: [String]) async throws(DeviceError) -> String {
        let call = ScriptCall(
            path: settings.path(ofScript: name), arguments: arguments, timeout: settings.scriptTimeout)
        let result: ScriptResult
        do {
            result = try await runner.run(call) { await started(call, $0) }
        } catch {
            throw DeviceError("\(error)", kind: error.reason == .fenced ? .fenced : .failed)
        }
        switch result.ending {
        case .exited(0): return result.output
        case .exited(let status): throw DeviceError("\(call.path) exited with \(status)\(said(result))")
        case .signalled(let signal): throw DeviceError("\(call.path) was ended by signal \(signal)\(said(result))")
        case .timedOut:
            throw DeviceError(
                "\(call.path) did not end within \(Int(call.timeout.inSeconds)) s and was ended\(said(result))",
                kind: .timedOut)
        }
    }

    /// The last line a script wrote, for the error.
    private func said(_ result: ScriptResult) -> String {
        let text = result.errorOutput.isEmpty ? result.output : result.errorOutput
        guard let line = text.split(whereSeparator: \.isNewline).last else { return "" }
        return " (\(printable(line.prefix(200))))"
    }

    private func quoted(_ text: String) -> String { "\"\(printable(text.prefix(80)))\"" }

}

/// Words of scripts and drivers go into logs and answers: one line, no control characters.
func printable(_ text: some StringProtocol) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }))
}

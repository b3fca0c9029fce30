import DomainModel
import HostInterface

/// The scripts that put devices into place on the host (reference/lifecycle-and-events.md §11): no shell, one argument each.
struct HotplugScripts: Sendable {
    let runner: any ScriptRunner
    let settings: DriverDomainSettings
    let started: @Sendable (ScriptCall, ScriptProcess) async -> Void

    /// `vif-bridge up vif=vif1.0 domain=web mac=… bridge=… [ip=…] [vifname=…] [mtu=…] [antispoof=no]`
    func vif(
        _ operation: String, interface: String, domain: String, config: VIFConfig
    ) async throws(DeviceError) {
        let line = ScriptLine(config.script ?? settings.vifScript)
        var words: [ScriptLine.Word] = [
            .own("vif=\(interface)"), .own("domain=\(domain)"), .own("mac=\(config.address?.description ?? "")"),
            config.bridge.map { .own("bridge=\($0)") } ?? .usual("bridge=\(settings.bridge)"),
        ]
        if !config.ip.isEmpty { words.append(.own("ip=\(config.ip.joined(separator: " "))")) }
        if let name = config.interfaceName { words.append(.own("vifname=\(name)")) }
        if let mtu = config.mtu { words.append(.own("mtu=\(mtu)")) }
        // Only said when it is off: the calling convention of 2004 does not have it.
        if !settings.isAntispoofOn { words.append(.usual("antispoof=no")) }
        _ = try await run(line.name, line.arguments(operation, words))
    }

    /// Has the script of a kind make a block device, which it prints.
    ///
    /// It is `block-KIND`, called as `block-KIND bind DETAILS`, with `r` behind it for a device that is only read; or the one that
    /// xend-config.sxp names, which is called as in 2004: details of another kind than `file` are split at `:`.
    func bind(kind: String, details: String, isWritable: Bool) async throws(DeviceError) -> String {
        let line = ScriptLine(settings.blockScripts[kind] ?? "block-\(kind)")
        let isNamed = settings.blockScripts[kind] != nil
        let arguments =
            if isNamed { kind == "file" ? [details] : details.split(separator: ":").map(String.init) } else {
                isWritable ? [details] : [details, "r"]
            }
        let path = settings.path(ofScript: line.name)
        let output = try await run(
            line.name, line.words + ["bind"] + arguments,
            missing: isNamed ? nil : "unknown type \(kind): there is no script \(path), and xend-config.sxp names none")
        guard let node = output.split(whereSeparator: \.isNewline).first, node.hasPrefix("/") else {
            throw DeviceError("\(path) printed no device node but \(quoted(output))")
        }
        return String(node)
    }

    func unbind(kind: String, node: String) async throws(DeviceError) {
        let line = ScriptLine(settings.blockScripts[kind] ?? "block-\(kind)")
        _ = try await run(line.name, line.words + ["unbind", node])
    }

    /// - Parameter missing: what is said of a script that is not there; nil: that.
    private func run(
        _ name: String, _ arguments: [String], missing: String? = nil
    ) async throws(DeviceError) -> String {
        let call = ScriptCall(
            path: settings.path(ofScript: name), arguments: arguments, timeout: settings.scriptTimeout)
        let result: ScriptResult
        do {
            result = try await runner.run(call) { await started(call, $0) }
        } catch {
            if error.reason == .notFound, let missing { throw DeviceError(missing) }
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

import CLibXML2
import ScenarioLanguage

/// JUnit's XML, as CI systems read it, written with libxml2.
public enum JUnitReport {
    /// The whole document: a suite for each file, a case for each scenario; a file that was refused is an error.
    public static func xml(_ summary: RunSummary) -> String {
        guard let writer = XMLWriter() else { return "" }
        writer.element("testsuites") {
            writer.counts(summary.results, errors: summary.refusals.count)
            for file in files(of: summary) {
                let results = summary.results.filter { $0.place.file == file }
                let refusals = summary.refusals.filter { $0.place.file == file }
                writer.element("testsuite") {
                    writer.attribute("name", file)
                    writer.counts(results, errors: refusals.count)
                    for result in results { self.case(result, writer) }
                    for refusal in refusals { self.refusal(refusal, writer) }
                }
            }
        }
        return writer.finish()
    }

    private static func files(of summary: RunSummary) -> [String] {
        var files: [String] = []
        for file in summary.results.map(\.place.file) + summary.refusals.map(\.place.file) where !files.contains(file) {
            files.append(file)
        }
        return files
    }

    private static func `case`(_ result: ScenarioResult, _ writer: XMLWriter) {
        writer.element("testcase") {
            writer.attribute("name", result.name)
            writer.attribute("classname", result.place.file)
            writer.attribute("time", seconds(result.realTime))
            switch result.outcome {
            case .passed: break
            case .skipped(let reason): writer.element("skipped") { writer.attribute("message", reason) }
            case .failed(let failure):
                writer.element("failure") {
                    writer.attribute("message", failure.reasons.first ?? "failed")
                    writer.text(failure.description)
                }
                writer.element("system-out") { writer.text(result.transcript) }
            }
        }
    }

    private static func refusal(_ refusal: ScenarioError, _ writer: XMLWriter) {
        writer.element("testcase") {
            writer.attribute("name", "the file can be read")
            writer.attribute("classname", refusal.place.file)
            writer.attribute("time", "0")
            writer.element("error") { writer.attribute("message", refusal.description) }
        }
    }

    package static func seconds(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let microseconds = attoseconds / 1_000_000_000_000
        return "\(seconds)." + String(microseconds + 1_000_000).dropFirst()
    }
}

/// libxml2's writer into memory.
final class XMLWriter {
    private let buffer: xmlBufferPtr
    private let writer: xmlTextWriterPtr

    /// nil when libxml2 has no memory.
    init?() {
        guard let buffer = xmlBufferCreate() else { return nil }
        guard let writer = xmlNewTextWriterMemory(buffer, 0) else {
            xmlBufferFree(buffer)
            return nil
        }
        self.buffer = buffer
        self.writer = writer
        xmlTextWriterSetIndent(writer, 1)
        xmlTextWriterStartDocument(writer, nil, "UTF-8", nil)
    }

    deinit {
        xmlFreeTextWriter(writer)
        xmlBufferFree(buffer)
    }

    func element(_ name: String, _ content: () -> Void) {
        xmlTextWriterStartElement(writer, name)
        content()
        xmlTextWriterEndElement(writer)
    }

    func attribute(_ name: String, _ value: String) { xmlTextWriterWriteAttribute(writer, name, Self.clean(value)) }
    func text(_ value: String) { xmlTextWriterWriteString(writer, Self.clean(value)) }

    func counts(_ results: [ScenarioResult], errors: Int) {
        attribute("tests", String(results.count + errors))
        attribute("failures", String(results.count { $0.failure != nil }))
        attribute("errors", String(errors))
        attribute("skipped", String(results.count { if case .skipped = $0.outcome { true } else { false } }))
        attribute("time", JUnitReport.seconds(results.reduce(.zero) { $0 + $1.realTime }))
    }

    /// XML has no control characters, not even escaped ones.
    private static func clean(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    scalar.value < 32 && ![9, 10, 13].contains(scalar.value) || scalar.value & 0xFFFE == 0xFFFE
                        ? "\u{FFFD}" : scalar
                }))
    }

    func finish() -> String {
        xmlTextWriterEndDocument(writer)
        xmlTextWriterFlush(writer)
        guard let content = xmlBufferContent(buffer) else { return "" }
        return String(cString: content)
    }
}

import DomainManagement

/// Prometheus' text format, version 0.0.4.
enum PrometheusText {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// Samples of one metric stand together, below its HELP and TYPE; metrics in the order of their first sample.
    static func text(_ measurements: [Measurement]) -> String {
        var families: [String] = []
        var samples: [String: [Measurement]] = [:]
        for measurement in measurements {
            let family = family(measurement)
            if samples[family] == nil { families.append(family) }
            samples[family, default: []].append(measurement)
        }
        var text = ""
        for family in families {
            guard let members = samples[family], let first = members.first else { continue }
            text += "# HELP \(family) \(escaped(first.help, quotes: false))\n# TYPE \(family) \(first.kind.rawValue)\n"
            for member in members { text += line(member) }
        }
        return text
    }

    /// The samples of a histogram have three names: `X_bucket`, `X_sum`, `X_count`.
    private static func family(_ measurement: Measurement) -> String {
        guard measurement.kind == .histogram else { return measurement.name }
        for suffix in ["_bucket", "_sum", "_count"] where measurement.name.hasSuffix(suffix) {
            return String(measurement.name.dropLast(suffix.count))
        }
        return measurement.name
    }

    private static func line(_ measurement: Measurement) -> String {
        let labels = measurement.labels.map { "\($0.name)=\"\(escaped($0.value, quotes: true))\"" }
        let list = labels.isEmpty ? "" : "{\(labels.joined(separator: ","))}"
        return "\(measurement.name)\(list) \(number(measurement.value))\n"
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if value == value.rounded(), value.magnitude < 1e15 { return String(Int64(value)) }
        return String(value)
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}

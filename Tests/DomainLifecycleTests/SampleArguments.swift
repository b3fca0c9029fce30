import DomainLifecycle
import SExpressions

/// Parameters that an operation takes, made from what its row says of them.
struct SampleArguments: ArgumentSource {
    let fields: [ArgumentText]

    func values(_ name: String) -> [ArgumentText] { fields.filter { $0.name == name } }

    /// What a configuration can be: of a new domain, of one that is here, of a device.
    private static let expressions = [
        "(vm (name db) (memory 64) (image (linux (kernel /boot/vmlinuz))))",
        "(domain (config (vm (name db) (memory 64) (image (linux (kernel /boot/vmlinuz))))))",
        "(vif (bridge br1))",
    ]

    private static func value(_ kind: ArgumentKind, _ expression: String) -> String {
        switch kind {
        case .text: "/tmp/x"
        case .integer(let range): String(range.contains(0) ? 0 : range.lowerBound)
        case .flag: "1"
        case .word(let words): words[0]
        case .cpus: "0"
        case .key: "s"
        case .name: "db"
        case .expression: expression
        }
    }

    /// What the row makes of values that it allows.
    static func asked(_ rule: OperationRule) -> Asked? {
        for expression in expressions {
            let fields = rule.arguments.map { ArgumentText($0.name, Array(value($0.kind, expression).utf8)) }
            if let asked = try? rule.asked(SampleArguments(fields: fields)) { return asked }
        }
        return nil
    }
}

extension OperationRule {
    /// One operation of each row that is done to a domain, with its name.
    static var samples: [(name: String, operation: DomainOperation)] {
        all(of: .domain).compactMap { rule in
            guard case .domain(let operation)? = SampleArguments.asked(rule) else { return nil }
            return (rule.name, operation)
        }
    }
}

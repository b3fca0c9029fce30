import HypervisorInterface

/// Where an image comes from, past the task that counts it.
struct TransferInput: ImageInput {
    let input: any ImageInput
    let task: TransferTask

    func read(_ count: Int) async throws -> [UInt8] {
        let bytes = try await input.read(count)
        try task.moved(bytes.count)
        return bytes
    }

    func finish() async throws { try await input.finish() }

    var canSend: Bool { input.canSend }

    func send(_ limit: Int, to pipe: Int32) async throws -> Int? {
        let count = try await input.send(limit, to: pipe)
        try task.moved(count ?? 0)
        return count
    }
}

import DomainLifecycle
import DomainManagement
import DomainModel
import SExpressions
import SimulatedHost
import SimulatedHypervisor
import Testing

@Suite("Save and restore")
struct SaveRestoreTests {
    private static let path = "/tmp/web.img"

    @Test("A saved domain is gone; restored it is as it was: name, uuid, devices, console, configuration")
    func roundTrip() throws {
        let hosts = TwoHosts()
        try hosts.startBoth()
        let free = hosts.alpha.machine.freeMemory
        try hosts.createRunning()
        let before = try #require(try hosts.domains(hosts.alpha).first)
        #expect(try hosts.perform(.save(path: Self.path), on: hosts.alpha) == .done)
        #expect(try hosts.domains(hosts.alpha) == [])
        #expect(hosts.alpha.leaks() == [] && hosts.alpha.machine.freeMemory == free)
        #expect(hosts.alpha.files.exists(Self.path) && !hosts.alpha.files.exists(Self.path + ".part"))
        let image = hosts.alpha.files.contents(Self.path)
        guard case .domain(let after) = try hosts.perform(.restore(path: Self.path), on: hosts.alpha) else {
            Issue.record("restore answered something else")
            return
        }
        #expect(after.name == "web" && after.uuid == before.uuid && after.config == before.config)
        #expect(after.devices.map(\.idx) == before.devices.map(\.idx))
        #expect(
            after.devices.map { $0.expression.childText("mac") }
                == before.devices.map { $0.expression.childText("mac") })
        #expect(after.console?.port == before.console?.port)
        hosts.advance(.seconds(5))
        let running = try #require(try hosts.domains(hosts.alpha).first)
        #expect(["-b----", "r-----"].contains(running.state.description))
        for device in running.devices { #expect(device.expression.child("evtchn") != nil, "\(device.expression)") }
        #expect(hosts.alpha.files.contents(Self.path) == image)
        let tasks = try hosts.tasks(hosts.alpha)
        #expect(
            tasks.map(\.operation) == ["save", "restore"]
                && tasks.allSatisfy { $0.outcome == .done && $0.percent == 100 })
        let events = hosts.events.withLock { $0 }.filter { $0.contains("domain.save") }
        #expect(
            events == [
                "alpha: (xend.domain.save (web 1 begin (save (id 1) (state begin) (domain 1) (file /tmp/web.img))))",
                "alpha: (xend.domain.save (web 1 ok (save (id 1) (state ok) (domain 1) (file /tmp/web.img))))",
            ])
        try hosts.perform(.destroy(.halt), on: hosts.alpha)
        #expect(hosts.alpha.leaks() == [])
    }

    @Test("A domain that was paused is paused after the restore")
    func paused() throws {
        let hosts = TwoHosts()
        try hosts.startBoth()
        try hosts.createRunning()
        try hosts.perform(.pause, on: hosts.alpha)
        try hosts.perform(.save(path: Self.path), on: hosts.alpha)
        try hosts.perform(.restore(path: Self.path), on: hosts.alpha)
        #expect(try hosts.domains(hosts.alpha).first?.state.isPaused == true)
    }

    @Test("A guest that does not suspend runs on, and there is no file")
    func refusal() throws {
        let hosts = TwoHosts()
        var deaf = GuestBehaviour()
        deaf.refusesSuspend = true
        hosts.alpha.kernels.fallback = deaf
        try hosts.startBoth()
        try hosts.createRunning()
        let error = #expect(throws: OperationError.self) { try hosts.perform(.save(path: Self.path), on: hosts.alpha) }
        #expect(
            error?.isLate == true && error?.message.contains("did not within 30 s; it runs on") == true,
            "\(error?.message ?? "")")
        #expect(try hosts.domains(hosts.alpha).first?.state.isShutdown == false)
        #expect(hosts.runningCopies == 1)
        #expect(!hosts.alpha.files.exists(Self.path) && !hosts.alpha.files.exists(Self.path + ".part"))
        #expect(try hosts.tasks(hosts.alpha).last?.outcome == .failed(error?.message ?? ""))
    }

    @Test("What is not there is said before anything is created, and the file stays")
    func missing() throws {
        let hosts = TwoHosts()
        try hosts.startBoth()
        try hosts.createRunning()
        #expect(throws: OperationError.self) { try hosts.perform(.save(path: "/nowhere/x"), on: hosts.alpha) }
        #expect(throws: OperationError.self) { try hosts.perform(.save(path: "relative"), on: hosts.alpha) }
        try hosts.perform(.save(path: Self.path), on: hosts.alpha)
        let image = try #require(hosts.alpha.files.contents(Self.path))
        // The name is taken.
        try hosts.createRunning("")
        var error = #expect(throws: OperationError.self) {
            try hosts.perform(.restore(path: Self.path), on: hosts.alpha)
        }
        #expect(error?.message.contains("vm name clash: web") == true, "\(error?.message ?? "")")
        try hosts.perform(.destroy(.halt), on: hosts.alpha)
        // Its disk is not there: another host.
        hosts.beta.files.install(Self.path, image)
        hosts.beta.fit { $0.blockDevices = [] }
        error = #expect(throws: OperationError.self) { try hosts.perform(.restore(path: Self.path), on: hosts.beta) }
        #expect(error?.message.contains("phy:sda8") == true, "\(error?.message ?? "")")
        // It is damaged.
        var damaged = image
        damaged[damaged.count / 2] ^= 1
        hosts.alpha.files.install(Self.path, damaged)
        error = #expect(throws: OperationError.self) { try hosts.perform(.restore(path: Self.path), on: hosts.alpha) }
        #expect(error?.message.contains("digest") == true, "\(error?.message ?? "")")
        #expect(hosts.alpha.files.contents(Self.path) == damaged)
        #expect(hosts.copies == 0)
    }
}

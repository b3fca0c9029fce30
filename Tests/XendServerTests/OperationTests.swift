import DomainLifecycle
import Testing

@testable import XendServer

/// Every operation of reference/http-api.md §6 as a client of xend 2.0 asks it: method, path, parameters; what goes
/// back; and what the daemon was asked.
@Suite struct OperationTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var request: String
        var status: String
        var body: String
        var asked: [String]
        var testDescription: String { request }

        /// Answered with 200.
        init(_ request: String, _ body: String, _ asked: String...) {
            (self.request, status, self.body, self.asked) = (request, "200 OK", body, asked)
        }

        init(_ request: String, status: String, _ body: String, _ asked: String...) {
            (self.request, self.status, self.body, self.asked) = (request, status, body, asked)
        }
    }

    static let vm1 =
        "(domain (id 1) (name vm1) (memory 128) (maxmem 128) (state --p---) (cpu 0) (cpu_time 172.2) "
        + "(up_time 93784.0) (start_time 1700000000.25) (console (status connected) (id 1) (domain 1) (local_port 5) "
        + "(remote_port 5) (console_port 9601) (connected 127.0.0.1 4242)) (uuid 01010101-0101-0101-0101-010101010101) "
        + "(vcpus 1) (generation 1) (devices \(vif) \(vbd)) (config (vm (name vm1) (memory 64) (image (linux (kernel /boot/vmlinuz) "
        + "(root '/dev/sda1 ro') (args '<b>&\"'))) (device (vif (mac aa:00:00:11:22:33))))))"
    static let vif = "(vif (idx 0) (vif 0) (mac aa:00:00:11:22:33) (index 0))"
    static let vbd =
        "(vbd (idx 2) (vdev 2049) (device 1792) (mode r) (dev sda1) (uname file:/srv/d.img) "
        + "(node /dev/loop0) (index 0))"
    /// As clients of Xen 3 read them.
    static let laterVM1 =
        "(domain (domid 1) (uuid 01010101-0101-0101-0101-010101010101) (name vm1) (memory 128) (maxmem 128) (vcpus 1) "
        + "(vcpu_avail 1) (online_vcpus 1) (cpu_weight 256) (cpu_cap 0) (on_xend_start ignore) (on_xend_stop ignore) (image (linux (kernel /boot/vmlinuz) (root '/dev/sda1 ro') (args '<b>&\"'))) (status 1) "
        + "(state --p---) (start_time 1700000000.25) (cpu_time 172.2) (up_time 93784.0) (console_port 9601) "
        + "(device (vif (mac aa:00:00:11:22:33))) (device (vbd (uname file:/srv/d.img) (dev sda1) (mode r))))"
    static let laterVIF =
        "(0 ((handle 0) (mac aa:00:00:11:22:33) (backend-id 0) (state 1) (backend /local/domain/0/backend/vif/1/0)))"
    static let laterVBD =
        "(2049 ((virtual-device 2049) (backend-id 0) (state 1) (backend /local/domain/0/backend/vbd/1/2049)))"
    static let config = "(vm%20(name%20new)%20(memory%2064)%20(image%20(linux%20(kernel%20/k))))"

    static let queries: [Row] = [
        Row("GET /xend", "(ls node domain console event device vnet)"),
        Row("GET /xend/", "(ls node domain console event device vnet)"),
        Row("GET /xend///", "(ls node domain console event device vnet)"),
        Row("GET http://localhost:8000/xend", "(ls node domain console event device vnet)"),
        Row("GET /xend/device", "(ls)"),
        Row("GET /xend/event", "(ls)"),
        Row("GET /xend/domain/", "(Domain-0 vm1 'a/b+<c>\\'&\"')"),
        Row("GET /xend/domain/vm1", vm1),
        Row("GET /xend/domain/1/", vm1),
        Row("GET /xend/domain/%76m1?op=odd&op=two", vm1),
        Row("GET /xend/domain/01010101-0101-0101-0101-010101010101", vm1),
        Row("GET /xend/domain/a%2Fb+%3Cc%3E'%26%22?op=vifs", "(\(vif))"),
        Row("GET /xend/domain/vm1?op=vifs", "(\(vif))"),
        Row("POST /xend/domain/vm1 op=vifs", "(\(vif))"),
        Row("GET /xend/domain/Domain-0?op=vbds", "()"),
        Row("GET /xend/domain/vm1?op=vbd&vbd=2", vbd),
        Row("GET /xend/domain/vm1?op=vif&vif=1", "(xend.err 'domain 1 \"vm1\" has no vif 1 (it has: 0)')"),
        Row("GET /xend/domain/vm1?op=vif", "(xend.err 'Missing parameter: vif')"),
        Row(
            "GET /xend/domain/vm1?op=vcpuinfo",
            "(domain (domid 1) (name vm1) (vcpu_count 1) (vcpu (number 0) (online 1) "
                + "(blocked 0) (running 1) (cpu_time 2.0) (cpu 1) (cpumap (0 1 2 3 4 5 6 7)) (affinity any)))"),
        Row("GET /xend/domain/vm1?detail=1", laterVM1),
        Row("GET /xend/domain/vm1?op=devices&type=vif", "(\(laterVIF))"),
        Row("POST /xend/domain/vm1 op=devices&type=vbd", "(\(laterVBD))"),
        Row("POST /xend/domain/vm1 op=devices&type=vfb", "()"),
        Row("POST /xend/domain/vm1 op=wait_for_devices", "0"),
        Row("GET /xend/domain/vm1?op=domain_sched_credit_get", "(sched_credit (weight 512) (cap 20))"),
        Row("GET /xend/console", "(9601 9602)"),
        Row(
            "GET /xend/console/9601",
            "(console (status connected) (id 1) (domain 1) (local_port 5) (remote_port 5) "
                + "(console_port 9601) (connected 127.0.0.1 4242))"),
        Row("GET /xend/vnet", "(5)"),
        Row("GET /xend/vnet/5", "(vnet (id 5))"),
        Row("GET /xend/task", "(3)"),
        Row(
            "GET /xend/task/3",
            "(task (id 3) (operation migrate) (domain vm1) (domid 1) (requester 'http 127.0.0.1') "
                + "(state running) (phase copy) (percent 42) (rate 12345678) (cancellable 1) (started 1700000000.0) "
                + "(round (sent 16384) (dirty 800)) (round (sent 800) (dirty 50)))"),
        Row(
            "GET /xend/event?since=1",
            "(events (newest 3) (missed 0) (event (number 2) (time 1700000000.5) "
                + "(name xend.domain.create) (value (vm1 '<1>'))) (event (number 3) (time 1700000000.5) "
                + "(name xend.domain.create) (value (vm1 '<1>'))))"),
        Row("GET /xend/event?since=0&pattern=xend.virq", "(events (newest 3) (missed 0))"),
        Row("GET /xend/event?pattern=*", "(events (newest 3) (missed 0))"),
        Row("GET /xend/event?since=x", "(xend.err 'invalid since: x (allowed: the number of an event)')"),
    ]

    static let changes: [Row] = [
        Row("POST /xend/domain/vm1 op=pause", "0", "vm1: pause"),
        Row("POST /xend/domain/vm1/ op=unpause", "0", "vm1: unpause"),
        Row("PUT /xend/domain/vm1 op=pause", "0", "vm1: pause"),
        Row("POST /xend/domain/vm1?op=pause", "0", "vm1: pause"),
        Row("POST /xend/domain/vm1?op=odd op=pause&dom=2", "0", "vm1: pause"),
        Row(
            "POST /xend/domain/vm1 op=shutdown&reason=halt", status: "202 Accepted", "0",
            "vm1: shutdown(DomainModel.ShutdownRequest.halt)"),
        Row(
            "POST /xend/domain/vm1 op=shutdown", status: "202 Accepted", "0",
            "vm1: shutdown(DomainModel.ShutdownRequest.poweroff)"),
        Row("POST /xend/domain/vm1 op=shutdown&reason=no", "(xend.err 'invalid reason:no')"),
        Row("POST /xend/domain/vm1 op=destroy&reason=reboot", "0", "vm1: destroy(DomainModel.DestroyMode.reboot)"),
        Row("POST /xend/domain/vm1 op=destroy", "0", "vm1: destroy(DomainModel.DestroyMode.halt)"),
        Row("POST /xend/domain/vm1 op=save&file=/tmp/x", "0", "vm1: save(path: \"/tmp/x\""),
        Row("POST /xend/domain/vm1 op=save&file=", "(xend.err 'Missing parameter: file')"),
        Row(
            "POST /xend/domain/vm1 op=migrate&dst=beta", "http://beta:8000/xend/domain/7",
            "vm1: migrate(DomainLifecycle.MigrationRequest(destination: \"beta\", live: false, rate: 0))"),
        Row(
            "POST /xend/domain/vm1 op=migrate&destination=beta&live=True&resource=10", "http://beta:8000/xend/domain/7",
            "vm1: migrate(DomainLifecycle.MigrationRequest(destination: \"beta\", live: true, rate: 10))"),
        Row("POST /xend/domain/vm1 op=migrate&live=maybe", "(xend.err 'invalid literal for int(): maybe')"),
        Row("POST /xend/domain/vm1 op=migrate&live=1", "(xend.err 'Missing parameter: destination')"),
        Row("POST /xend/domain/vm1 op=pincpu&cpu=+1%20", "0", "vm1: pinCPU(1, vcpu: nil)"),
        Row("POST /xend/domain/vm1 op=pincpu&cpus=0-1,3&vcpu=1", "0", "vm1: pinCPU(0-1,3, vcpu: Optional(1))"),
        Row("POST /xend/domain/vm1 op=pincpu&cpu=3-1", "(xend.err 'invalid literal for int(): 3-1')"),
        Row("POST /xend/domain/vm1 op=pincpu&vcpu=0&cpumap=[0,%201]", "0", "vm1: pinCPU(0-1, vcpu: Optional(0))"),
        Row("POST /xend/domain/vm1 op=pincpu&vcpu=all&cpumap=1,3", "0", "vm1: pinCPU(1,3, vcpu: nil)"),
        Row("POST /xend/domain/vm1 op=pincpu&vcpu=0&cpumap=[]", "(xend.err 'invalid literal for int(): []')"),
        Row("POST /xend/domain/vm1 op=vcpus_set&vcpus=2", "0", "vm1: setVCPUs(2)"),
        Row("POST /xend/domain/vm1 op=set_vcpus&vcpus=2", "0", "vm1: setVCPUs(2)"),
        Row("POST /xend/domain/vm1 op=vcpus_set&vcpus=0", "(xend.err 'invalid vcpus: 0 (allowed: 1 to 128)')"),
        Row("POST /xend/domain/vm1 op=sysrq&key=s", "0", "vm1: sysrq(s)"),
        Row("POST /xend/domain/vm1 op=sysrq&key=115", "0", "vm1: sysrq(s)"),
        Row("POST /xend/domain/vm1 op=sysrq&key=9", "0", "vm1: sysrq(9)"),
        Row(
            "POST /xend/domain/vm1 op=sysrq&key=10",
            "(xend.err 'invalid key: 10 (allowed: one letter or digit, such as s to sync)')"),
        Row(
            "POST /xend/domain/vm1 op=sysrq&key=sync",
            "(xend.err 'invalid key: sync (allowed: one letter or digit, such as s to sync)')"),
        Row("POST /xend/domain/vm1 op=pincpu&cpu=0x1", "(xend.err 'invalid literal for int(): 0x1')"),
        Row("POST /xend/domain/vm1 op=pincpu&cpu=1&cpu=2", "(xend.err 'Too many values for cpu')"),
        Row("POST /xend/domain/vm1 op=maxmem_set&memory=96", "0", "vm1: setMaximumMemory(96 MB)"),
        Row(
            "POST /xend/domain/vm1 op=maxmem_set&memory=-1",
            "(xend.err 'invalid memory: -1 (allowed: 1 to 16777216)')"),
        Row(
            "POST /xend/domain/vm1 op=maxmem_set&memory=99999999999999999999",
            "(xend.err 'invalid literal for int(): 99999999999999999999')"),
        Row("POST /xend/domain/vm1 op=mem_target_set&target=32", "0", "vm1: setMemoryTarget(32 MB)"),
        Row("GET /xend/domain/vm1?op=mem_target_set&target=32", vm1),
        Row(
            "POST /xend/domain/vm1 op=device_create&config=(vif)", vif,
            "vm1: createDevice(DomainModel.DeviceConfig.vif"),
        Row(
            "POST /xend/domain/vm1 op=device_create&config=(vif",
            "(xend.err 'Coercion to sxpr failed (config:1:5: unexpected EOF "
                + "(what begins at 1:1 is never closed))')"),
        Row("POST /xend/domain/vm1 op=device_create&config=(vif)(vif)", "(xend.err 'Too many sxprs')"),
        Row("POST /xend/domain/vm1 op=device_create&config=", "(xend.err 'Coercion to sxpr failed')"),
        Row(
            "POST /xend/domain/vm1 type=vbd&idx=1&op=device_destroy", "'None'",
            "vm1: destroyDevice(DomainModel.DeviceType.vbd, index: 1)"),
        Row(
            "POST /xend/domain/vm1 type=vbd&index=1&op=device_destroy", "'None'",
            "vm1: destroyDevice(DomainModel.DeviceType.vbd, index: 1)"),
        Row(
            "POST /xend/domain/vm1 type=vbd&dev=xvda&op=device_destroy", "'None'",
            "vm1: destroyDevice(DomainModel.DeviceType.vbd, index: xvda)"),
        Row("POST /xend/domain/vm1 type=vbd&op=device_destroy", "(xend.err 'Missing parameter: idx')"),
        Row(
            "POST /xend/domain/vm1 type=vbd&dev=&op=device_destroy", "(xend.err 'invalid dev: it is empty')"),
        Row(
            "POST /xend/domain/vm1 type=usb&idx=1&op=device_destroy",
            "(xend.err 'unknown device type: usb (allowed: vif, vbd, pci)')"),
        Row(
            "POST /xend/domain/vm1 op=device_configure&idx=0&config=(vif)", vif,
            "vm1: configureDevice(DomainModel.DeviceConfig.vif"),
        Row(
            "POST /xend/domain/vm1 op=configure&config=(domain%20(config%20\(config)))",
            "'domain id=1 name=vm1 memory=128'", "vm1: configure(DomainModel.DomainConfig"),
        Row(
            "POST /xend/domain/vm1 op=configure&config=\(config)",
            "(xend.err 'invalid config: it must be (domain ... (config (vm ...)))')"
                .replacing("…", with: "\\xe2\\x80\\xa6")),
        Row("POST /xend/domain/vm1 op=rename&name=vm2", "0", "vm1: rename(vm2)"),
        Row(
            "POST /xend/domain/vm1 op=rename&name=22",
            "(xend.err 'invalid vm name (name is \"22\"; allowed: letters, digits "
                + "and _ - . : / +, not digits alone, at most 255)')"),
        Row(
            "POST /xend/domain/vm1 op=sched_credit_set&weight=512&cap=", "0",
            "vm1: setScheduler(weight: Optional(512), cap: nil)"),
        Row(
            "POST /xend/domain/vm1 op=domain_sched_credit_set&weight=128&cap=50", "0",
            "vm1: setScheduler(weight: Optional(128), cap: Optional(50))"),
        Row(
            "POST /xend/domain/vm1 op=cpu_bvt_set",
            "(xend.err 'cannot cpu_bvt_set: this Xen has no such scheduler; weight and cap "
                + "are set with sched_credit_set')"),
        Row("POST /xend/domain/vm1 op=resolve&decision=keep", "0", "vm1: resolve(keep: true)"),
        Row(
            "POST /xend/domain/vm1 op=resolve&decision=odd",
            "(xend.err 'invalid decision: odd (allowed: keep, drop)')"),
        Row("POST /xend/domain/vm1 op=cancel", "0", "cancel 3"),
        Row("POST /xend/domain/vm1 op=keep", "0", "vm1: define(nil)"),
        Row("POST /xend/domain/vm1 op=start", "0", "vm1: start(paused: false)"),
        Row("POST /xend/domain/vm1 op=resume&paused=1", "0", "vm1: start(paused: true)"),
        Row("POST /xend/domain/vm1 op=suspend", "0", "vm1: suspend(path: nil)"),
        Row("POST /xend/domain/vm1 op=delete", "0", "vm1: undefine(dropsMemory: false)"),
        Row("POST /xend/domain/vm1 op=undefine&memory=drop", "0", "vm1: undefine(dropsMemory: true)"),
        Row("POST /xend/domain/vm1 op=autostart&on=1&stop=suspend", "0", "vm1: autostart("),
        Row(
            "POST /xend/domain/vm1 op=autostart&stop=odd",
            "(xend.err 'invalid stop: odd (allowed: ignore, shutdown, suspend)')"),
        Row("POST /xend/node op=stop_domains&timeout=5", "0", "stop domains within 5"),
        Row("POST /xend/domain op=restore&state=/tmp/y", status: "201 created", "", "restore /tmp/y"),
        Row("POST /xend/node op=shutdown", "0", "node shutdown"),
        Row("POST /xend/node op=reboot", "0", "node reboot"),
        Row("POST /xend/node op=notify&uri=http://x/", "0", "notify http://x/"),
        Row("POST /xend/node op=notify&url=", "0", "notify nowhere"),
        Row("POST /xend/node op=reload", "(reloaded (changed loglevel) (later xend-port))", "reload"),
        Row("POST /xend/node op=notify", "(xend.err 'Missing parameter: uri')"),
        Row(
            "POST /xend/node op=cpu_rrobin_slice_set&slice=1",
            "(xend.err 'cannot cpu_rrobin_slice_set: this Xen has no such "
                + "scheduler; weight and cap are set with sched_credit_set')"),
        Row("POST /xend/node/dmesg op=clear", "0", "dmesg clear"),
        Row("GET /xend/console/9601?op=disconnect", "'None'", "disconnect 9601"),
        Row("POST /xend/console/9601 op=disconnect", "'None'", "disconnect 9601"),
        Row("POST /xend/event op=inject&event=(my.event%201)", "my.event", "inject (my.event 1)"),
        Row("POST /xend/vnet op=create&config=(vnet%20(id%206))", "'None'", "vnet (vnet (id 6))"),
        Row("POST /xend/vnet/5 op=delete", "'None'", "delete vnet 5"),
        Row("POST /xend/task/3 op=cancel", "0", "cancel 3"),
    ]

    static let refusals: [Row] = [
        Row("POST /xend/domain/vm1 op=destroy&reason=odd", "(xend.err 'invalid reason:odd')"),
        Row("POST /xend/domain/vm1 op=sched_credit_set", "(xend.err 'Missing parameter: weight')"),
        Row("GET /", status: "404 Not found /", "(xend.err 'Not found /')"),
        Row("GET //xend", status: "404 Not found ", "(xend.err 'Not found ')"),
        Row("GET /xend/foo", status: "404 Not found foo", "(xend.err 'Not found foo')"),
        Row("GET /xend/foo/bar", status: "404 Not found foo", "(xend.err 'Not found foo')"),
        Row("GET /xend/domain/vm1/foo", status: "404 Not found foo", "(xend.err 'Not found foo')"),
        Row("GET /xend/domain/nope", status: "404 invalid domain:nope", "(xend.err 'invalid domain:nope')"),
        Row("GET /xend/domain/01", status: "404 invalid domain:01", "(xend.err 'invalid domain:01')"),
        Row("POST /xend/domain/nope op=pause", status: "404 invalid domain:nope", "(xend.err 'invalid domain:nope')"),
        Row(
            "GET /xend/domain/a%00b%0d%0aX:%20y", status: "404 invalid domain:a b  X: y",
            "(xend.err 'invalid domain:a\\x00b\\r\\nX: y')"),
        Row("GET /xend/console/1", status: "404 No such console 1", "(xend.err 'No such console 1')"),
        Row(
            "GET /xend/console/x", status: "404 No such console x: consoles are named by TCP port",
            "(xend.err 'No such console x: consoles are named by TCP port')"),
        Row("GET /xend/vnet/6", status: "404 No such vnet 6", "(xend.err 'No such vnet 6')"),
        Row("GET /xend/task/03", status: "404 No such task 03", "(xend.err 'No such task 03')"),
        Row("POST /xend/domain/vm1", status: "406 Invalid request", "(xend.err 'Invalid request')"),
        Row("POST /xend/domain/vm1 op=pause&op=pause", status: "406 Invalid request", "(xend.err 'Invalid request')"),
        Row(
            "POST /xend/domain/vm1 op=Pause", status: "501 Operation not implemented: Pause",
            "(xend.err 'Operation not implemented: Pause')"),
        Row("POST /xend op=x", status: "405 Method Not Allowed", "(xend.err 'Method Not Allowed')"),
        Row("POST /xend/node/log op=x", status: "405 Method Not Allowed", "(xend.err 'Method Not Allowed')"),
        Row(
            "DELETE /xend/domain/vm1", status: "501 Not Implemented: method DELETE",
            "(xend.err 'Not Implemented: method DELETE')"),
    ]

    @Test("Each request has its answer", arguments: queries + changes + refusals)
    func operation(row: Row) async throws {
        let words = row.request.split(separator: " ", maxSplits: 2).map(String.init)
        let body = words.count > 2 ? words[2] : ""
        let service = Sample.service
        let reply = try await Wire.ask(
            "\(words[0]) \(words[1]) HTTP/1.1\r\nHost: localhost:8000\r\nAccept-Encoding: identity\r\n"
                + "Content-Length: \(body.utf8.count)\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n\(body)",
            of: service)
        #expect(reply.statusLine == "HTTP/1.1 \(row.status)")
        #expect(reply.header("Content-Type") == "application/sxp")
        #expect(reply.header("Content-Length") == String(reply.body.utf8.count))
        if !row.body.isEmpty { #expect(reply.body == row.body) }
        #expect(service.asked.count == row.asked.count)
        for (asked, expected) in zip(service.asked, row.asked) { #expect(asked.hasPrefix(expected)) }
    }

    @Test(
        "What was made is named in Location",
        arguments: [
            ("/xend/domain", "op=create&config=\(config)", "http://localhost:8000/xend/domain/vm1"),
            ("/xend/domain/", "op=restore&file=/x", "http://localhost:8000/xend/domain/a%2Fb%2B%3Cc%3E%27%26%22"),
            ("/xend/domain/vm1", "op=shutdown", "http://localhost:8000/xend/domain/vm1/.."),
            ("/xend/domain/vm1", "op=destroy", "http://localhost:8000/xend/domain/vm1/.."),
            ("/xend/domain/vm1", "op=migrate&dst=beta", "http://beta:8000/xend/domain/7"),
        ])
    func location(path: String, body: String, expected: String) async throws {
        let reply = try await Wire.ask(
            "POST \(path) HTTP/1.1\r\nHost: localhost:8000\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
        #expect(reply.header("Location") == expected)
    }

    @Test(
        "The header Xend-Error has the kind of a failure, whatever its status",
        arguments: [
            (OperationError.Kind.invalid, "invalid"), (.notFound, "notFound"), (.forbidden, "forbidden"),
            (.refused, "refused"), (.failed, "failed"), (.notSupported, "notSupported"),
        ], [false, true])
    func kinds(kind: (OperationError.Kind, String), isLate: Bool) async throws {
        let service = Sample.service
        #expect(try await Wire.post("/xend/domain/vm1", "op=pause", of: service).header("Xend-Error") == nil)
        service.change { $0.failure = OperationError(kind.0, "no", isLate: isLate) }
        let reply = try await Wire.post("/xend/domain/vm1", "op=pause", of: service)
        #expect(reply.header("Xend-Error") == kind.1)
        #expect(reply.body == "(xend.err no)")
    }

    @Test("Late failures are 400 with the text as reason")
    func late() async throws {
        let service = Sample.service
        service.change { $0.failure = OperationError(.failed, "save failed\nbadly", isLate: true) }
        let reply = try await Wire.post("/xend/domain/vm1", "op=save&file=/x", of: service)
        #expect(reply.statusLine == "HTTP/1.1 400 save failed badly")
        #expect(reply.body == "(xend.err 'save failed\\nbadly')")
    }

    @Test(
        "Other representations say what went wrong by status",
        arguments: [
            (OperationError.Kind.invalid, 400), (.notFound, 404), (.forbidden, 403), (.refused, 409), (.failed, 409),
            (.notSupported, 400),
        ])
    func kinds(kind: OperationError.Kind, status: Int) async throws {
        let service = Sample.service
        service.change { $0.failure = OperationError(kind, "no: <b>") }
        let sxp = try await Wire.post("/xend/domain/vm1", "op=pause", of: service)
        #expect(sxp.statusLine == "HTTP/1.1 200 OK")
        #expect(sxp.body == "(xend.err 'no: <b>')")
        let json = try await Wire.post("/xend/domain/vm1?format=json", "op=pause", of: service)
        #expect(json.statusLine == "HTTP/1.1 \(status) no: <b>")
        #expect(json.body.contains("\"status\":\(status),\"detail\":\"no: <b>\",\"error\":\"no: <b>\","))
        #expect(json.body.hasSuffix("\"kind\":\"\(kind)\"}\n"))
        let html = try await Wire.post("/xend/domain/vm1?format=html", "op=pause", of: service)
        #expect(html.statusLine == "HTTP/1.1 \(status) no: <b>")
        #expect(html.body.range(of: "<p>no: &lt;b&gt;</p>") != nil)
    }
}

extension String {
    fileprivate func replacing(_ part: Character, with text: String) -> String {
        map { $0 == part ? text : String($0) }.joined()
    }
}

"""What is asked of one domain, counted beside few others and beside many: nothing that happens to one may cost with the others."""
import http.client, json, os, tempfile, time, urllib.parse

from counted import Counted, without_lines
from daemons import out

# What may be more with the most domains than with the fewest, of all instructions; what moves by a rehash or a longer number.
TOLERANCE = 1.2
SLACK = 20_000

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
DEVICE = "(vif (mac aa:00:00:00:00:%02d))"
CONFIG = ("(vm (name %s) (memory 8) (image (linux (kernel /boot/vmlinuz))) (device (vif (mac aa:00:00:00:00:01))) "
          "(device (vbd (uname phy:%s) (dev xvda) (mode w))))")
OWN = "/xend/domain/own"

# What costs with the number of domains because it tells of all of them, or is done to all.
OF_ALL = {
    "op=each": "is done to several", "op=stop_domains": "is done to all", "op=shutdown of the node": "ends all",
    "op=reboot of the node": "ends all", "op=reload": "reads a file for the daemon",
}
# What cannot be asked of a domain here.
NOT_HERE = {
    "migrate": "needs another host", "resolve": "needs a migration in doubt", "cancel": "needs work under way",
    "vif_create": "is device_create out of fields", "vbd_create": "is device_create out of fields",
    "configure": "is create's reader, counted by define", "new": "is define by another name", "notify": "is for hosts",
    **dict.fromkeys("atropos_set bvt_set cpu_atropos_set cpu_bvt_set cpu_bvt_slice_set cpu_rrobin_slice_set".split(),
                    "is refused at once: Xen has no such scheduler"),
}


class Client:
    """One connection that stays open."""

    def __init__(self, target):
        host, port = target.split(":")
        self.connection = http.client.HTTPConnection("127.0.0." + host, int(port), timeout=600)

    def ask(self, method, path, **form):
        self.connection.request(method, path, urllib.parse.urlencode(form) if form else None, FORM if form else {})
        answer = self.connection.getresponse()
        text = answer.read().decode()
        return answer.status, text

    def get(self, path, expected=200):
        status, text = self.ask("GET", path)
        if status != expected:
            raise SystemExit("GET %s: %d %s" % (path, status, text[:300]))
        return text

    def do(self, op, path=OWN, **form):
        status, text = self.ask("POST", path, op=op, **form)
        # Who does not say which form he understands is told of failures as programs of 2004 are.
        if status >= 400 or text.startswith("(xend.err"):
            raise SystemExit("%s of %s: %d %s" % (op, path, status, text[:300]))
        return text

    def create(self, name="own", op="create"):
        self.do(op, "/xend/domain", config=CONFIG % (name, "sda1" if name == "own" else "sda2"))

    def until(self, met):
        """Asks of the domain until it is so; how often depends on the machine, so this is never counted."""
        end = time.monotonic() + 60
        while not met(*self.ask("GET", OWN)):
            if time.monotonic() > end:
                raise SystemExit("waited for 60 s: " + self.ask("GET", OWN)[1][:500])
            time.sleep(0.02)

    def is_gone(self):
        self.until(lambda status, _: status == 404)

    def is_up(self):
        self.until(lambda status, _: status == 200)


class Act:
    """What is counted, and what comes before it and after it uncounted, so that it can be done again."""

    def __init__(self, body, before=None, after=None, ops=()):
        self.body, self.before, self.after, self.ops = body, before, after, list(ops)


def twice(first, second, **form):
    """An operation and the one that takes it back."""
    return Act(lambda client: (client.do(first, **form), client.do(second)), ops=[first, second])


def once(op, **form):
    return Act(lambda client: client.do(op, **form), ops=[op])


def looks(path):
    return Act(lambda client: client.get(path))


def acts(place):
    """Everything that can be asked of one domain, by name. The domain `own` runs before each and after it."""
    saved = os.path.join(place, "own.save")
    run = lambda client: (client.create(), client.do("unpause"))
    destroyed = lambda client: (client.do("destroy"), client.is_gone())
    acts = {
        "create, destroy": Act(lambda client: (client.create("other"), client.do("destroy", "/xend/domain/other")),
                               ops=["create", "destroy"]),
        "define, delete": Act(lambda client: (client.create("other", "define"), client.do("delete", "/xend/domain/other")),
                              ops=["define", "delete"]),
        "keep, undefine": twice("keep", "undefine"),
        "autostart": Act(lambda client: client.do("autostart", on=1), lambda client: client.do("keep"),
                         lambda client: client.do("undefine"), ["autostart"]),
        "start": Act(lambda client: client.do("start", "/xend/domain/other"),
                     lambda client: client.create("other", "define"),
                     lambda client: (client.do("destroy", "/xend/domain/other"),
                                     client.do("delete", "/xend/domain/other")), ["start"]),
        "suspend, resume": Act(lambda client: (client.do("suspend"), client.do("resume")),
                               lambda client: client.do("keep"), lambda client: client.do("undefine"),
                               ["suspend", "resume"]),
        "pause, unpause": twice("pause", "unpause"),
        "shutdown": Act(lambda client: client.do("shutdown", reason="poweroff"), None,
                        lambda client: (client.is_gone(), run(client)), ["shutdown"]),
        "reboot": Act(lambda client: client.do("shutdown", reason="reboot"), None,
                      lambda client: (time.sleep(0.3), client.is_up())),
        "save, restore": Act(lambda client: (client.do("save", file=saved),
                                             client.do("restore", "/xend/domain", file=saved)), None,
                             None, ["save", "restore"]),
        "dump": once("dump", file=os.path.join(place, "own.core")),
        "rename": Act(lambda client: (client.do("rename", name="other"),
                                      client.do("rename", "/xend/domain/other", name="own")), ops=["rename"]),
        "pincpu": once("pincpu", cpu=0), "maxmem_set": once("maxmem_set", memory=16),
        "mem_target_set": once("mem_target_set", target=8), "set_vcpus": once("set_vcpus", vcpus=1),
        "vcpus_set": once("vcpus_set", vcpus=1), "sysrq": once("sysrq", key="s"),
        "sched_credit_set": once("sched_credit_set", weight=300),
        "domain_sched_credit_set": once("domain_sched_credit_set", weight=256),
        "device_create, device_destroy": Act(
            lambda client: (client.do("device_create", config=DEVICE % 2), client.do("device_destroy", type="vif", idx=1)),
            run, destroyed, ["device_create", "device_destroy"]),
        "device_configure": once("device_configure", config="(vif (mac aa:00:00:00:00:01) (bridge xen-br0))", idx=0),
        "an event posted": Act(lambda client: client.do("inject", "/xend/event", event="(flat)")),
    }
    # A new domain's devices are counted from 0 again.
    acts["device_create, device_destroy"].before = lambda client: (destroyed(client), run(client))
    acts["device_create, device_destroy"].after = None
    for op in "vifs vbds vcpuinfo wait_for_devices sched_credit_get domain_sched_credit_get".split():
        acts[op] = once(op)
    acts.update({"devices": once("devices", type="vif"), "vif": once("vif", vif=0), "vbd": once("vbd", vbd=0)})
    for path in ["", "?format=json", "?format=html", "/history", "/history?format=html"]:
        acts["GET domain" + path] = looks(OWN + path)
    for path in ["/xend/node", "/xend/event?format=sxp", "/xend/node/log", "/xend/vnet", "/xend/token", "/healthz", "/readyz"]:
        acts["GET " + path] = looks(path)
    return acts


def missing(description, acts):
    """Operations of a domain, or that make one, which nobody counts and of which nothing says why not."""
    told = {op for act in acts.values() for op in act.ops} | set(NOT_HERE)
    told |= {what.split("=")[1].split()[0] for what in OF_ALL}
    known = set()
    for path in ["/xend/domain", "/xend/domain/{domain}", "/xend/node"]:
        for kind in description["paths"][path]["post"]["requestBody"]["content"].values():
            for form in kind["schema"].get("oneOf", []):
                while "$ref" in form:
                    found = description
                    for part in form["$ref"].split("/")[1:]:
                        found = found[part]
                    form = found
                known |= {form["properties"]["op"].get("const")} | set(form["properties"]["op"].get("enum", []))
    return sorted(known - {None} - told)


def count(xend, client, act, rounds):
    """The fewest instructions of some rounds: what the daemon does by itself now and then is not this act's."""
    def done():
        if act.before:
            act.before(client)
        total = xend.instructions(lambda: act.body(client))
        if act.after:
            act.after(client)
        return total

    done()
    return min(done() for _ in range(rounds))


def table(products, sizes, rounds=3, names=None):
    """{act: instructions for each size}; prints each row when it is known."""
    counted = {}
    with tempfile.TemporaryDirectory(prefix="xend-flat-") as directory:
        products = without_lines(products, directory)
        for size in sizes:
            with Counted(os.path.join(directory, str(size)), products=products) as xend:
                xend.fill(size)
                client = Client(xend.target)
                client.create()
                client.do("unpause")
                asked = acts("/")
                lacking = missing(json.loads(client.get("/xend/openapi.json")), asked)
                if lacking:
                    raise SystemExit("nobody counts, and CI/benchmarks/flat.py does not say why not: " + ", ".join(lacking))
                for name, act in asked.items():
                    if names and name not in names:
                        continue
                    counted.setdefault(name, []).append(count(xend, client, act, rounds))
                    out("%7d there  %-32s %9.3f M" % (size, name, counted[name][-1] / 1e6))
    return counted


def grown(counted):
    """Those that cost more with more domains, with their counts."""
    return {name: counts for name, counts in counted.items()
            if counts[-1] > counts[0] * TOLERANCE and counts[-1] - counts[0] > SLACK}

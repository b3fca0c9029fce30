"""What the benchmarks share: the daemons that are measured, the clients that make the load, and the table of results."""
import json, os, re, resource, statistics, subprocess, sys, time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PRODUCTS = os.path.join(ROOT, ".build", "release")
MANY = 1_000
MOST = 10_000
ENDLESS = "100000000"
# xend keeps four for each of MOST domains (HostInterface, DescriptorShares), and what else is open.
FILES = 6 * MOST


def out(text=""):
    print(text, flush=True)


def check(*command, **options):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, **options).stdout


def commit(root=ROOT):
    """The commit that is checked out, marked where files differ from it."""
    return check("git", "describe", "--always", "--dirty", "--abbrev=10", cwd=root).strip()


def raise_limits():
    try:
        # Beyond what there was only for root.
        resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))
    except (OSError, ValueError):
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(FILES, hard), hard))


def build(root=ROOT, scratch=None):
    """Release products, without the symbols that only a debugger needs."""
    place = ["--scratch-path", scratch] if scratch else []
    for product in ["xend-sim", "xend-scenario"]:
        subprocess.run([os.environ.get("SWIFT", "swift"), "build", "-c", "release", "--product", product] + place,
                       cwd=root, check=True, stdout=subprocess.DEVNULL)


def build_clients(*names):
    """An interpreter would be slower than what it measures."""
    subprocess.run([os.path.join(ROOT, "CI", "install-tools"), "gcc"]
                   + (["libvirt-daemon", "libvirt-dev"] if "libvirt-load" in names else []), check=True)
    os.makedirs(PRODUCTS, exist_ok=True)
    for name in names:
        flags = check("pkg-config", "--cflags", "--libs", "libvirt").split() if name == "libvirt-load" else []
        subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", "-pthread", "-o", os.path.join(PRODUCTS, name),
                        os.path.join(ROOT, "CI", "benchmarks", name + ".c")] + flags, check=True)


def resident(process):
    """Bytes of memory."""
    with open("/proc/%d/status" % process.pid) as status:
        return int(re.search(r"VmRSS:\s+(\d+) kB", status.read()).group(1)) * 1024


def busy(process):
    """Seconds of processor time that a process has had, its threads together."""
    with open("/proc/%d/stat" % process.pid) as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def stop(process):
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Results:
    """Rows as they come, and all of them as JSON at the end."""

    def __init__(self):
        self.rows = []

    def add(self, what, value, unit, **more):
        self.rows.append(dict(row=what, value=value, unit=unit, **more))

    def figure(self, what, value, unit):
        self.add(what, value, unit)
        out("%-64s %11.4g %s" % (what, value, unit))

    def ratio(self, what, ours, theirs, unit, more_is_better=True, peer="peer"):
        """Medians, and how many times better ours is."""
        a, b = statistics.median(ours), statistics.median(theirs)
        ratio = a / b if more_is_better else b / a
        self.add(what, a, unit, ratio=ratio, **{peer: b})
        out("%-64s %11.4g %11.4g %-12s %7.2f" % (what, a, b, unit, ratio))

    def write(self, name, **about):
        """Into .build/bench, by commit: to be kept by hand."""
        path = os.path.join(ROOT, ".build", "bench", "%s-%s.json" % (name, commit()))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            json.dump(dict(commit=commit(), processors=os.cpu_count(), rows=self.rows, **about), file, indent=1)
            file.write("\n")
        out("written to " + os.path.relpath(path))


class Daemon:
    """What is the same for both: a directory, a process, a client program."""

    def __init__(self, directory):
        self.directory = directory
        os.makedirs(directory, exist_ok=True)
        self.log = open(os.path.join(directory, "output"), "a")

    def load(self, clients, *words, count=ENDLESS, seconds=2):
        answer = check(self.client, str(self.target), str(clients), str(seconds), str(count), *map(str, words),
                       timeout=1200)
        return float(answer) if answer.strip() else None

    def rate(self, what, clients, seconds=2):
        """Operations a second."""
        return self.load(clients, *self.words[what], seconds=seconds)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        stop(self.process)
        self.log.close()


class Xend(Daemon):
    name = "xend"
    client = os.path.join(PRODUCTS, "http-load")
    words = {
        "pairs": ["pairs"],
        "list": ["get", "/xend/domain?detail=1", "(name b%d)" % (MANY - 1)],
        "changing list": ["change-get", "/xend/domain?detail=1", "(name b%d)" % (MANY - 1)],
        "names": ["get", "/xend/domain", "b%d" % (MOST - 1)],
        "information": ["get", "/xend/domain/b500", "(name b500)"],
    }

    # Of all that have been begun. Each has an address of loopback for itself: the consoles of three with 10,000 domains are more than the
    # ports that the kernel gives out on one, and looking for one that is free there takes it longer than all that is measured.
    count = 0

    def __init__(self, directory, store="memory", products=PRODUCTS, wrapper=()):
        super().__init__(directory)
        Xend.count += 1
        self.host = 1 + Xend.count
        self.store = store
        self.products = products
        self.wrapper = list(wrapper)

    def start(self):
        # One address: localhost has two, every domain's console would listen on both, and 10,000 need too many files.
        # Consoles are on xend-address only when access is open; loopback still lets nobody in from outside.
        configuration = os.path.join(self.directory, "root", "etc", "xen")
        os.makedirs(configuration, exist_ok=True)
        with open(os.path.join(configuration, "xend-config.sxp"), "w") as file:
            file.write("(xend-address 127.0.0.%d)\n(xend-remote-access open)\n" % self.host)
        # Any free port: a fixed one may be another daemon's, which would then be loaded instead of ours.
        self.process = subprocess.Popen(
            self.wrapper + [os.path.join(self.products, "xend-sim"), "--root", os.path.join(self.directory, "root"),
                            "--port", "0", "--store", self.store, "--instant", "--memory", "1048576",
                            "--min-restart-time", "0"],
            stdout=subprocess.PIPE, stderr=self.log, text=True)
        line = self.process.stdout.readline()
        found = re.search(r":(\d+)/xend", line)
        if not found:
            raise SystemExit("xend-sim does not start: " + open(self.log.name).read()[-500:])
        self.target = "%d:%s" % (self.host, found.group(1))

    def fill(self, count):
        if count:
            self.load(4, "create", count=count, seconds=1200)

    def time_of_event(self, watchers, pairs=20):
        """Seconds of processor time that an event costs for each of many watchers."""
        def used(readers):
            client = subprocess.Popen([self.client, self.target, "1", "300", str(pairs), "watch", str(readers)],
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            if client.stdout.readline() != "ready\n":
                raise SystemExit("%d watchers of events are not served" % readers)
            before = busy(self.process)
            events = int(client.communicate("\n")[0])
            return busy(self.process) - before, events

        few, _ = used(1)
        many, events = used(watchers)
        return max(many - few, 1e-9) / events

    def restart(self):
        """The daemon ends and comes back to domains that kept running. Returns the seconds until it lists them."""
        self.load(1, "tell", "(daemon kill)", count=1)
        time.sleep(0.5)
        start = time.monotonic()
        self.load(1, "tell", "(daemon start)", count=1, seconds=60)
        self.load(1, "first", *self.words["list"][1:], seconds=60)
        return time.monotonic() - start


class Libvirt(Daemon):
    """libvirtd with its driver for tests, which keeps everything in memory.

    A pair is virDomainCreateXML and virDomainDestroy; a list is virConnectGetAllDomainStats, and with a change
    virDomainLookupByName and virDomainSuspend or virDomainResume before it; information is virDomainGetInfo of a domain that
    is held.
    """
    name = "libvirt"
    client = os.path.join(PRODUCTS, "libvirt-load")
    words = {"pairs": ["pairs"], "list": ["list", MANY], "changing list": ["change-list", MANY],
             "information": ["info-only", "b500"]}

    def start(self, driver="default"):
        run = os.path.join(self.directory, "run")
        os.makedirs(run, exist_ok=True)
        os.makedirs(os.path.join(self.directory, "drivers"), exist_ok=True)
        configuration = os.path.join(self.directory, "libvirtd.conf")
        with open(configuration, "w") as file:
            file.write('unix_sock_dir = "%s"\nauth_unix_ro = "none"\nauth_unix_rw = "none"\nlisten_tls = 0\n'
                       'max_clients = 100\n' % run)
        # The test driver is part of libvirt itself; the others would look for hardware.
        environment = dict(os.environ, LIBVIRT_DRIVER_DIR=os.path.join(self.directory, "drivers"))
        self.target = "test+unix:///%s?socket=%s/libvirt-sock" % (driver, run)
        self.holder = None
        self.process = subprocess.Popen(
            ["libvirtd", "-f", configuration, "-p", os.path.join(self.directory, "pid")], stdout=self.log, stderr=self.log,
            env=environment)
        if driver == "default":
            self.load(1, "first", 1, seconds=30)

    def fill(self, count):
        """The test driver forgets its domains with its last client: one stays."""
        self.holder = subprocess.Popen([self.client, self.target, "1", "300", str(count), "hold"], stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, text=True)
        if self.holder.stdout.readline() != "ready\n":
            raise SystemExit("libvirtd could not create %d domains" % count)

    def first_answer(self):
        """From the start of the daemon with MANY domains in its file to the list of them, in seconds."""
        path = os.path.join(self.directory, "node.xml")
        with open(path, "w") as file:
            file.write("<node>\n" + "".join(
                "<domain type='test'><name>b%d</name><memory unit='MiB'>4</memory>"
                "<os><type>linux</type><kernel>/boot/vmlinuz</kernel></os></domain>\n" % n for n in range(MANY)) + "</node>\n")
        start = time.monotonic()
        self.start(driver=path.lstrip("/"))
        self.load(1, "first", MANY, seconds=60)
        return time.monotonic() - start

    def __exit__(self, *rest):
        if self.holder:
            self.holder.stdin.close()
            self.holder.wait(30)
        super().__exit__(*rest)

"""Drives Ganeti's class XenPvmHypervisor as Ganeti's node daemon does; its run_cmd is its own.

Usage: support-ganeti.py (xl|xm) DIRECTORY
"""
import os, subprocess, sys, time
from ganeti import constants, errors, objects, utils
from ganeti.hypervisor import hv_base, hv_xen

command, directory = sys.argv[1], sys.argv[2]
cfgdir = os.path.join(directory, "ganeti-" + command)
os.makedirs(cfgdir, exist_ok=True)

# Ganeti gives a reboot ten minutes and looks every ten seconds; its directories are in /var/run.
hv_xen.XenHypervisor.REBOOT_RETRY_INTERVAL = 0.5
hv_xen.XenHypervisor._ROOT_DIR = os.path.join(directory, "run")
hv_xen.XenHypervisor._NICS_DIR = os.path.join(directory, "run", "nic")
hv_xen.XenHypervisor._DIRS = [hv_xen.XenHypervisor._ROOT_DIR, hv_xen.XenHypervisor._NICS_DIR]


def run(cmd):
    # The environment that utils.RunCmd resets by default carries XEND, so it is kept; the rest is Ganeti's.
    result = utils.RunCmd([str(word) for word in cmd], reset_env=False)
    if result.failed:
        print("    %s: %s" % (" ".join(map(str, cmd)), result.output.strip()))
    return result


hypervisor = hv_xen.XenPvmHypervisor(_cfgdir=cfgdir, _run_cmd_fn=run, _cmd=command)
parameters = dict(constants.HVC_DEFAULTS[constants.HT_XEN_PVM])
parameters[constants.HV_XEN_CMD] = command
parameters[constants.HV_KERNEL_PATH] = "/boot/vmlinuz-3-xenU"
parameters[constants.HV_KERNEL_ARGS] = "ro"
parameters[constants.HV_CPU_WEIGHT] = 300
parameters[constants.HV_VIF_SCRIPT] = ""

nic = objects.NIC(mac="aa:00:00:35:6b:01", ip="192.0.2.7", uuid="5f0d1a6e-0000-4000-8000-000000000001", name=None,
    nicparams={constants.NIC_MODE: constants.NIC_MODE_BRIDGED, constants.NIC_LINK: "xen-br0", constants.NIC_VLAN: ""})
disk = objects.Disk(dev_type=constants.DT_PLAIN, logical_id=("sda", "1"), mode=constants.DISK_RDWR)
file = objects.Disk(dev_type=constants.DT_FILE, logical_id=("loop", "/srv/disk1.img"), mode=constants.DISK_RDONLY)
instance = objects.Instance(name="web.example.org", hvparams=parameters, nics=[nic], disks=[disk, file], tags=set(),
    beparams={constants.BE_MINMEM: 64, constants.BE_MAXMEM: 128, constants.BE_VCPUS: 2,
        constants.BE_ALWAYS_FAILOVER: False})
devices = [(disk, "/dev/sda1", None), (file, "/srv/disk1.img", None)]
failed = False


def expect(name, value, expected):
    global failed
    if value != expected:
        failed = True
        print("FAILED %s: Ganeti read %r, expected %r" % (name, value, expected))


def information():
    return hypervisor.GetInstanceInfo(instance.name, hvparams=parameters)


def wait(name, condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            expect(name + " in %d s" % seconds, False, True)
            return
        time.sleep(0.3)


def tool(*words):
    subprocess.run([command, *words], check=True, stdout=subprocess.DEVNULL)


expect("Verify", hypervisor.Verify(hvparams=parameters), None)
expect("no instances", hypervisor.ListInstances(hvparams=parameters), [])

hypervisor.StartInstance(instance, devices, False)
expect("the list", hypervisor.ListInstances(hvparams=parameters), [instance.name])
# A guest brings up its second processor when it has booted, and until then a listing counts one.
wait("both processors up", lambda: information()[3] == 2)
name, domid, memory, cpus, state, seconds = information()
expect("memory and processors", (memory, cpus, state), (128, 2, hv_base.HvInstanceState.RUNNING))
node = hypervisor.GetNodeInfo(hvparams=parameters)
expect("the node", (node["cpu_total"], node["memory_total"], node["cpu_dom0"]), (2, 4096, 2))
expect("free memory", node["memory_free"] + 128 + 128 <= node["memory_total"], True)
try:
    hypervisor.StartInstance(instance, devices, False)
    expect("a second start", "accepted", "refused")
except errors.HypervisorError:
    pass
except EnvironmentError:
    # It then moves the configuration to its log directory, which need not exist here.
    pass
hypervisor._MakeConfigFile(instance, 128, devices)

hypervisor.BalloonInstanceMemory(instance, 96)
wait("ballooned to 96", lambda: information()[2] == 96)

time.sleep(1)
hypervisor.RebootInstance(instance)
wait("running after the reboot", lambda: hypervisor.ListInstances(hvparams=parameters) == [instance.name])

expect("rename", hypervisor._RenameInstance(instance.name, "other", parameters).failed, False)
expect("renamed", hypervisor.ListInstances(hvparams=parameters), ["other"])
expect("rename back", hypervisor._RenameInstance("other", instance.name, parameters).failed, False)

# A guest that its own user shuts down is kept (on_poweroff = preserve) and read as shut down, not as gone.
tool("shutdown", instance.name)
wait("kept after its own shutdown", lambda: (information() or [None] * 5)[4] == hv_base.HvInstanceState.SHUTDOWN)
hypervisor.StopInstance(instance, force=False, timeout=30)
wait("gone after stop", lambda: information() is None)

hypervisor.StartInstance(instance, devices, True)
expect("started paused, read as running", information()[4], hv_base.HvInstanceState.RUNNING)
tool("unpause", instance.name)
hypervisor.StopInstance(instance, force=False, timeout=30)
wait("gone after the second stop", lambda: information() is None)
hypervisor.StartInstance(instance, devices, False)
hypervisor.StopInstance(instance, force=True)
wait("gone after a forced stop", lambda: information() is None)
try:
    hypervisor.StopInstance(instance)
    expect("stopping what is not there", "accepted", "refused")
except errors.HypervisorError:
    pass
sys.exit(1 if failed else 0)

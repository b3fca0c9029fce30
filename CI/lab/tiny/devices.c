// Front-ends of vbds and vifs, as far as a toolstack can see them: the xenbus handshake with real rings, grants and
// event channels, but nothing ever goes through the rings.
//
// A front-end here is what Linux's is: a vbd waits as Initialised until its back-end is Connected; a vif is Connected
// as soon as it has published its rings; both go through Closing to Closed when the back-end closes.

#include "tiny.h"
#include <xen/grant_table.h>
#include <xen/io/blkif.h>
#include <xen/io/netif.h>
#include <xen/io/xenbus.h>

#define MOST_DEVICES 16
#define GRANTS (PAGE_SIZE / sizeof(grant_entry_v1_t))

bool vif_never_connects, vbd_never_connects;
static bool is_held[2];                        // of a kind: whatever the back-ends do

enum kind { VIF, VBD };

struct device {
    bool used, seen;
    enum kind kind;
    char path[STORE_VALUE_MAX];
    char backend[STORE_VALUE_MAX];
    domid_t backend_id;
    enum xenbus_state state;                   // ours, as we wrote it
    grant_ref_t refs[2];
    evtchn_port_t port;
};

static struct device devices[MOST_DEVICES];
static uint8_t rings[MOST_DEVICES][2][PAGE_SIZE] PAGE_ALIGNED;
static grant_entry_v1_t *grants;               // Xen's grant table

// ---- Grants and event channels --------------------------------------------

static grant_ref_t grant(domid_t to, const void *page) {
    for (grant_ref_t ref = GNTTAB_NR_RESERVED_ENTRIES; ref < GRANTS; ref++) {
        if (grants[ref].flags) continue;
        grants[ref].domid = to;
        grants[ref].frame = (uint32_t)frame_of(PFN(page));
        barrier();
        grants[ref].flags = GTF_permit_access;
        return ref;
    }
    return 0;
}

// Take a grant back, or else leave it for ever: then the back-end has the page mapped still.
static void revoke(grant_ref_t ref) {
    uint16_t unused = GTF_permit_access;
    if (ref) __atomic_compare_exchange_n(&grants[ref].flags, &unused, 0, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

static evtchn_port_t open_port(domid_t to) {
    struct evtchn_alloc_unbound arg = {.dom = DOMID_SELF, .remote_dom = to};
    return hypercall(__HYPERVISOR_event_channel_op, EVTCHNOP_alloc_unbound, (long)&arg, 0) ? 0 : arg.port;
}

static void close_port(evtchn_port_t port) {
    struct evtchn_close arg = {.port = port};
    if (port) hypercall(__HYPERVISOR_event_channel_op, EVTCHNOP_close, (long)&arg, 0);
}

// ---- One device -----------------------------------------------------------

static bool write_node(const struct device *device, const char *name, const char *value) {
    struct text path = {.used = 0};
    add(add(add(&path, device->path), "/"), name);
    return store_write(path.bytes, value);
}

static void write_number(const struct device *device, const char *name, uint64_t value) {
    struct text text = {.used = 0};
    write_node(device, name, add_number(&text, value)->bytes);
}

static bool read_node(const char *directory, const char *name, char value[STORE_VALUE_MAX]) {
    struct text path = {.used = 0};
    add(add(add(&path, directory), "/"), name);
    return store_read(path.bytes, value);
}

static enum xenbus_state read_state(const char *directory) {
    char value[STORE_VALUE_MAX];
    return read_node(directory, "state", value) ? (enum xenbus_state)(value[0] - '0') : XenbusStateUnknown;
}

static void set_state(struct device *device, enum xenbus_state state) {
    device->state = state;
    write_number(device, "state", state);
}

// Both kinds of ring start alike: nothing produced, tell us of the first response.
static void *empty_ring(struct device *device, int which) {
    uint32_t *ring = (uint32_t *)rings[device - devices][which];
    for (size_t i = 0; i < PAGE_SIZE / sizeof *ring; i++) ring[i] = 0;
    ring[1] = ring[3] = 1;                     // req_event, rsp_event
    return ring;
}

static void publish_rings(struct device *device) {
    static const char *const names[][2] = {[VIF] = {"tx-ring-ref", "rx-ring-ref"}, [VBD] = {"ring-ref", NULL}};
    for (int i = 0; i < 2 && names[device->kind][i]; i++) {
        device->refs[i] = grant(device->backend_id, empty_ring(device, i));
        write_number(device, names[device->kind][i], device->refs[i]);
    }
    device->port = open_port(device->backend_id);
    write_number(device, "event-channel", device->port);
    if (device->kind == VIF) {
        write_number(device, "request-rx-copy", 1);
        write_number(device, "feature-rx-notify", 1);
    } else {
        write_node(device, "protocol", "x86_64-abi");
    }
}

static void withdraw_rings(struct device *device) {
    close_port(device->port);
    revoke(device->refs[0]);
    revoke(device->refs[1]);
    device->port = device->refs[0] = device->refs[1] = 0;
}

// React to the state of the back-end.
static void follow(struct device *device) {
    if (is_held[device->kind]) return;
    switch (read_state(device->backend)) {
    case XenbusStateInitWait:
    case XenbusStateInitialised:
    case XenbusStateConnected:
        if (device->state == XenbusStateInitialising) {
            publish_rings(device);
            set_state(device, device->kind == VIF ? XenbusStateConnected : XenbusStateInitialised);
        }
        if (device->state == XenbusStateInitialised && read_state(device->backend) == XenbusStateConnected)
            set_state(device, XenbusStateConnected);
        break;
    case XenbusStateClosing:
    case XenbusStateClosed:
        if (device->state == XenbusStateClosed) break;
        set_state(device, XenbusStateClosing);
        withdraw_rings(device);
        set_state(device, XenbusStateClosed);
        break;
    default:
        break;
    }
}

static void watch_backend(const struct device *device) {
    struct text path = {.used = 0};
    add(add(&path, device->backend), "/state");
    store_watch(path.bytes, WATCH_DEVICES);
}

// The toolstack makes a device with state 1; it may also do so again under the same name.
static void look_at(enum kind kind, const char *path) {
    struct device *device = NULL;
    for (size_t i = 0; i < MOST_DEVICES && !device; i++)
        if (devices[i].used && equal(devices[i].path, path)) device = &devices[i];
    bool fresh = read_state(path) == XenbusStateInitialising;
    if (!device && fresh) {
        for (size_t i = 0; i < MOST_DEVICES && !device; i++)
            if (!devices[i].used) device = &devices[i];
        if (!device) return;
        *device = (struct device){.kind = kind, .state = XenbusStateClosed};
        for (size_t i = 0; (device->path[i] = path[i]); i++) {}
    }
    if (!device) return;
    if (fresh && device->state != XenbusStateInitialising) {
        char id[STORE_VALUE_MAX];
        const char *digits = id;
        withdraw_rings(device);
        if (!read_node(path, "backend", device->backend) || !read_node(path, "backend-id", id)) return;
        device->used = true;
        device->backend_id = (domid_t)number(&digits);
        device->state = XenbusStateInitialising;
        watch_backend(device);
    }
    device->seen = true;
    follow(device);
}

// ---- All devices ----------------------------------------------------------

static void look_at_kind(enum kind kind, const char *directory) {
    char names[STORE_VALUE_MAX] = {0};
    if (!store_list(directory, names, sizeof names)) return;
    for (const char *name = names; *name; name += length(name) + 1) {
        struct text path = {.used = 0};
        look_at(kind, add(add(add(&path, directory), "/"), name)->bytes);
    }
}

void look_at_devices(void) {
    for (size_t i = 0; i < MOST_DEVICES; i++) devices[i].seen = false;
    if (!vbd_never_connects) look_at_kind(VBD, "device/vbd");
    if (!vif_never_connects) look_at_kind(VIF, "device/vif");
    for (size_t i = 0; i < MOST_DEVICES; i++) {
        if (!devices[i].used || devices[i].seen) continue;
        withdraw_rings(&devices[i]);           // its directory is gone
        devices[i].used = false;
    }
}

void map_grants(void) { grants = map_grant_table(); }

void unmap_grants(void) { unmap_grant_table(); }

void forget_devices(void) {
    for (size_t i = 0; i < MOST_DEVICES; i++) devices[i].used = false;
}

// Leave the front-ends of this kind as they are from now on, or let them go on with what they have missed.
void hold_devices(const char *kind, bool is_so) {
    if (equal(kind, "vif")) is_held[VIF] = is_so;
    if (equal(kind, "vbd")) is_held[VBD] = is_so;
    for (int i = 0; i < MOST_DEVICES; i++)
        if (devices[i].used) follow(&devices[i]);
}

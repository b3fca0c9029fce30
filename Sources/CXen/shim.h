// libxen as Swift sees it: the headers in an order in which they compile, and inline functions for what Swift cannot
// import (macros with casts, function-like macros, arrays of characters, variable arguments, anonymous enumerations).
//
// Everything is static inline: there is no object to link, so that a build without libxen needs no headers either.

#ifndef XEND_CXEN_SHIM_H
#define XEND_CXEN_SHIM_H

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <xenctrl.h>
#include <xenguest.h>
#include <xenstore.h>
#include <xentoollog.h>
#include <xen/hvm/e820.h>
#include <xen/hvm/params.h>

#include "acpi.h"

// ---- Sockets ----------------------------------------------------------------------------------------------------------

static inline int cxen_connect_unix(int descriptor, const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    return connect(descriptor, (const struct sockaddr *)&address, sizeof address);
}

// ---- Threads ----------------------------------------------------------------------------------------------------------

static inline void cxen_name_thread(const char *name) { prctl(PR_SET_NAME, name); }

// ---- What the library says of an error --------------------------------------------------------------------------------

// Keeps the error messages of the calls made with it, as many as fit.
struct cxen_logger {
    xentoollog_logger vtable;
    size_t used;
    char text[1024];
};

static void cxen_keep_message(xentoollog_logger *logger, xentoollog_level level, int error, const char *context,
                              const char *format, va_list arguments) {
    struct cxen_logger *kept = (struct cxen_logger *)logger;
    (void)error;
    (void)context;
    if (level < XTL_ERROR || kept->used + 2 >= sizeof kept->text) return;
    if (kept->used) kept->text[kept->used++] = '\n';
    int length = vsnprintf(kept->text + kept->used, sizeof kept->text - kept->used, format, arguments);
    if (length > 0) kept->used += (size_t)length;
    if (kept->used >= sizeof kept->text) kept->used = sizeof kept->text - 1;
}

static void cxen_no_progress(xentoollog_logger *logger, const char *context, const char *what, int percent,
                             unsigned long done, unsigned long total) {
    (void)logger, (void)context, (void)what, (void)percent, (void)done, (void)total;
}

static void cxen_free_logger(xentoollog_logger *logger) { free(logger); }

static inline struct cxen_logger *cxen_logger_new(void) {
    struct cxen_logger *logger = calloc(1, sizeof *logger);
    if (!logger) return NULL;
    logger->vtable.vmessage = cxen_keep_message;
    logger->vtable.progress = cxen_no_progress;
    logger->vtable.destroy = cxen_free_logger;
    return logger;
}

static inline void cxen_logger_free(struct cxen_logger *logger) { free(logger); }
static inline void cxen_logger_clear(struct cxen_logger *logger) { logger->used = 0, logger->text[0] = 0; }
static inline const char *cxen_logger_text(struct cxen_logger *logger) { return logger->text; }

static inline xc_interface *cxen_open(struct cxen_logger *logger) {
    xc_interface *xch = xc_interface_open(&logger->vtable, &logger->vtable, 0);
    if (xch) xc_dom_loginit(xch);
    return xch;
}

// ---- Facts of the node ------------------------------------------------------------------------------------------------

// One of the texts of xc_version, at most size - 1 bytes of it. Which: XENVER_extraversion and the like.
static inline int cxen_version_text(xc_interface *xch, int which, char *out, size_t size) {
    union {
        xen_extraversion_t extraversion;
        xen_capabilities_info_t capabilities;
        xen_changeset_info_t changeset;
        xen_commandline_t commandline;
    } u;
    memset(&u, 0, sizeof u);
    if (xc_version(xch, which, &u) < 0) return -1;
    snprintf(out, size, "%.*s", (int)sizeof u - 1, (const char *)&u);
    return 0;
}

// The four texts of xen_compile_info, each in a field of size bytes: compiler, by, domain, date.
static inline int cxen_compile_info(xc_interface *xch, char *out, size_t size) {
    xen_compile_info_t info;
    memset(&info, 0, sizeof info);
    if (xc_version(xch, XENVER_compile_info, &info) < 0) return -1;
    snprintf(out, size, "%.*s", (int)sizeof info.compiler, info.compiler);
    snprintf(out + size, size, "%.*s", (int)sizeof info.compile_by, info.compile_by);
    snprintf(out + 2 * size, size, "%.*s", (int)sizeof info.compile_domain, info.compile_domain);
    snprintf(out + 3 * size, size, "%.*s", (int)sizeof info.compile_date, info.compile_date);
    return 0;
}

static const uint32_t cxen_physcap_hap = XEN_SYSCTL_PHYSCAP_hap;
static const uint32_t cxen_physcap_shadow = XEN_SYSCTL_PHYSCAP_shadow;

// ---- Domains ----------------------------------------------------------------------------------------------------------

static const uint32_t cxen_dominf_dying = XEN_DOMINF_dying;
static const uint32_t cxen_dominf_hvm = XEN_DOMINF_hvm_guest;
static const uint32_t cxen_dominf_shutdown = XEN_DOMINF_shutdown;
static const uint32_t cxen_dominf_paused = XEN_DOMINF_paused;
static const uint32_t cxen_dominf_blocked = XEN_DOMINF_blocked;
static const uint32_t cxen_dominf_running = XEN_DOMINF_running;

static inline uint8_t cxen_shutdown_code(uint32_t flags) {
    return (uint8_t)(flags >> XEN_DOMINF_shutdownshift & XEN_DOMINF_shutdownmask);
}

// An empty domain. The limits of event channels is libxl's; the hypervisor's own count for grants.
static inline int cxen_create(xc_interface *xch, uint32_t *domid, const uint8_t handle[16], bool pvh, uint32_t vcpus) {
    struct xen_domctl_createdomain config = {
        .max_vcpus = vcpus,
        .max_evtchn_port = 1023,
        .max_grant_frames = -1,
        .max_maptrack_frames = -1,
        .grant_opts = XEN_DOMCTL_GRANT_version(1),
    };
    memcpy(config.handle, handle, sizeof config.handle);
    if (pvh) {
        config.flags = XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap;
        config.arch.emulation_flags = XEN_X86_EMU_LAPIC;
    }
    return xc_domain_create(xch, domid, &config);
}

static inline int cxen_default_cpu_policy(xc_interface *xch, uint32_t domid) {
    return xc_cpuid_apply_policy(xch, domid, false, NULL, 0, true, false, false, NULL, NULL);
}

static const uint32_t cxen_hard_affinity = XEN_VCPUAFFINITY_HARD;
static const int cxen_scheduler_credit = XEN_SCHEDULER_CREDIT;
static const int cxen_scheduler_credit2 = XEN_SCHEDULER_CREDIT2;

// ---- Building ---------------------------------------------------------------------------------------------------------

static inline void cxen_container(struct xc_dom_image *dom, bool pvh) {
    dom->container_type = pvh ? XC_DOM_HVM_CONTAINER : XC_DOM_PV_CONTAINER;
}

// The memory of a PVH guest, all of it below the hole for devices, and its map: memory, the ACPI tables, then what the builder keeps
// for itself (the special pages end at 0xff000000). Of `bytes` in the map it gets `target`.
static inline int cxen_pvh_memory(xc_interface *xch, uint32_t domid, struct xc_dom_image *dom, uint64_t target,
                                  uint64_t bytes) {
    const uint64_t hole = cxen_acpi_address, special = 0xfeff8000, special_size = 0x8000;
    struct e820entry *map;
    dom->device_model = false;
    dom->vga_hole_size = 0;
    dom->target_pages = target / XC_PAGE_SIZE;
    dom->mmio_start = hole;
    dom->mmio_size = (1ull << 32) - hole;
    dom->lowmem_end = bytes < hole ? bytes : hole;
    dom->highmem_end = bytes < hole ? 0 : (1ull << 32) + bytes - hole;
    map = xc_dom_malloc(dom, 4 * sizeof *map);
    if (!map || cxen_give_acpi(dom, dom->max_vcpus)) return -1;
    map[0] = (struct e820entry){.addr = 0, .size = dom->lowmem_end, .type = 1};
    map[1] = (struct e820entry){.addr = cxen_acpi_address, .size = CXEN_ACPI_PAGE, .type = 3};
    map[2] = (struct e820entry){.addr = special, .size = special_size, .type = 2};
    map[3] = (struct e820entry){.addr = 1ull << 32, .size = dom->highmem_end - (1ull << 32), .type = 1};
    dom->e820 = map;
    dom->e820_entries = dom->highmem_end ? 4 : 3;
    return xc_domain_set_memory_map(xch, domid, map, dom->e820_entries);
}

static inline uint64_t cxen_frame(struct xc_dom_image *dom, uint64_t pfn) { return xc_dom_p2m(dom, pfn); }

static inline int cxen_bind_pvh_ports(xc_interface *xch, uint32_t domid, uint64_t store, uint64_t console) {
    if (xc_hvm_param_set(xch, domid, HVM_PARAM_STORE_EVTCHN, store)) return -1;
    return xc_hvm_param_set(xch, domid, HVM_PARAM_CONSOLE_EVTCHN, console);
}

static inline int cxen_pvh_frames(xc_interface *xch, uint32_t domid, uint64_t *store, uint64_t *console) {
    if (xc_hvm_param_get(xch, domid, HVM_PARAM_STORE_PFN, store)) return -1;
    return xc_hvm_param_get(xch, domid, HVM_PARAM_CONSOLE_PFN, console);
}

#endif

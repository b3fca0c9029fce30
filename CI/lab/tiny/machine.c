// What PV and PVH guests have in common: hypercalls, events, the clock; and the choice between them.

#include "tiny.h"

struct machine machine;

uint8_t stack[16384] __attribute__((aligned(16)));

// ---- Hypercalls -----------------------------------------------------------

// Each hypercall has 32 bytes of code in the page that Xen fills for a PVH guest.
#define HYPERCALL_SIZE 32

long hypercall(long number, long a, long b, long c) {
    long result;
    if (machine.pvh) {
        uintptr_t entry = (uintptr_t)pvh_hypercall + (uintptr_t)number * HYPERCALL_SIZE;
        __asm__ volatile("call *%[entry]"
                         : "=a"(result), "+D"(a), "+S"(b), "+d"(c)
                         : [entry] "r"(entry)
                         : "rcx", "r11", "r10", "r8", "r9", "memory");
    } else {
        __asm__ volatile("syscall"
                         : "=a"(result), "+D"(a), "+S"(b), "+d"(c)
                         : "a"(number)
                         : "rcx", "r11", "r10", "r8", "memory");
    }
    return result;
}

void notify(evtchn_port_t port) {
    struct evtchn_send send = {.port = port};
    hypercall(__HYPERVISOR_event_channel_op, EVTCHNOP_send, (long)&send, 0);
}

long shutdown(unsigned int reason, unsigned long start_info_frame) {
    struct sched_shutdown arg = {.reason = reason};
    return hypercall(__HYPERVISOR_sched_op, SCHEDOP_shutdown, (long)&arg, (long)start_info_frame);
}

void wait_for_events(nanoseconds until) {
    evtchn_port_t ports[] = {machine.console_port, machine.store_port};
    struct sched_poll poll = {.nr_ports = LENGTH(ports), .timeout = until == NEVER ? 0 : until};
    set_xen_guest_handle(poll.ports, ports);
    hypercall(__HYPERVISOR_sched_op, SCHEDOP_poll, (long)&poll, 0);
    for (size_t i = 0; i < LENGTH(ports); i++)
        __atomic_and_fetch(&machine.shared->evtchn_pending[ports[i] / 64], ~(1ul << ports[i] % 64), __ATOMIC_SEQ_CST);
}

// ---- The clock ------------------------------------------------------------

static uint64_t timestamp_counter(void) {
    uint32_t low, high;
    __asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

nanoseconds now(void) {
    volatile const struct vcpu_time_info *time = &machine.shared->vcpu_info[0].time;
    uint32_t version;
    nanoseconds result;
    do {
        version = time->version & ~1u;
        barrier();
        uint64_t ticks = timestamp_counter() - time->tsc_timestamp;
        int shift = time->tsc_shift;
        ticks = shift < 0 ? ticks >> -shift : ticks << shift;
        result = time->system_time + (nanoseconds)((unsigned __int128)ticks * time->tsc_to_system_mul >> 32);
        barrier();
    } while (version != time->version);
    return result;
}

// ---- PV or PVH ------------------------------------------------------------

void connect_machine(void) {
    if (machine.pvh) pvh_connect();
    else pv_connect();
}

bool suspend_machine(void) { return machine.pvh ? pvh_suspend() : pv_suspend(); }

// A PVH guest sees no machine frames.
unsigned long frame_of(uint64_t pfn) { return machine.pvh ? pfn : pv_frames()[pfn]; }

void set_frame(uint64_t pfn, unsigned long frame) {
    if (!machine.pvh) pv_frames()[pfn] = frame;
}

// All of a PVH guest's memory is mapped.
void touch_page(uint64_t pfn) {
    if (machine.pvh) (*(volatile uint64_t *)(pfn * PAGE_SIZE))++;
    else pv_touch_page(pfn);
}

void *map_grant_table(void) { return machine.pvh ? pvh_map_grant_table() : pv_map_grant_table(); }

void unmap_grant_table(void) {
    if (!machine.pvh) pv_unmap_grant_table();
}

// The compiler may call these for copies and initialisers.
void *memset(void *to, int c, size_t n) {
    for (char *p = to; n--;) *p++ = (char)c;
    return to;
}

void *memcpy(void *to, const void *from, size_t n) {
    char *p = to;
    for (const char *q = from; n--;) *p++ = *q++;
    return to;
}

// Entry, hypercalls, the clock, and the pages that Xen's tools prepare.

#include "tiny.h"
#include <xen/elfnote.h>

// ---- Entry ----------------------------------------------------------------

// How the domain builder should load us: mapped one to one (virtual addresses
// equal pseudo-physical ones), entered at _start.
#define NOTE(type, value)                                                      \
    ".align 4\n.long 4, 2f - 1f, " type "\n.asciz \"Xen\"\n1: " value "\n2:\n"

__asm__(".pushsection .note.Xen, \"a\", @note\n"
        NOTE("6", ".asciz \"tiny\"")        // XEN_ELFNOTE_GUEST_OS
        NOTE("5", ".asciz \"xen-3.0\"")     // XEN_ELFNOTE_XEN_VERSION
        NOTE("8", ".asciz \"generic\"")     // XEN_ELFNOTE_LOADER
        NOTE("3", ".quad 0")                // XEN_ELFNOTE_VIRT_BASE
        NOTE("4", ".quad 0")                // XEN_ELFNOTE_PADDR_OFFSET
        NOTE("1", ".quad _start")           // XEN_ELFNOTE_ENTRY
        NOTE("14", ".long 1")               // XEN_ELFNOTE_SUSPEND_CANCEL
        ".popsection\n"
        ".globl _start\n"
        "_start: lea stack + 16384(%rip), %rsp\n"
        "        mov %rsi, %rdi\n"
        "        call tiny\n");

uint8_t stack[16384] __attribute__((aligned(16)));
static uint8_t shared_page[PAGE_SIZE] PAGE_ALIGNED;  // where shared_info is mapped
static xen_pfn_t p2m_frames[512] PAGE_ALIGNED;       // enough for 1 GiB of memory
static xen_pfn_t p2m_frames_frame[512] PAGE_ALIGNED;

start_info_t *si;
volatile shared_info_t *const shared = (void *)shared_page;

// ---- Hypercalls -----------------------------------------------------------

long hypercall(long number, long a, long b, long c) {
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result), "+D"(a), "+S"(b), "+d"(c)
                     : "a"(number)
                     : "rcx", "r11", "r10", "r8", "memory");
    return result;
}

void notify(evtchn_port_t port) {
    struct evtchn_send send = {.port = port};
    hypercall(__HYPERVISOR_event_channel_op, EVTCHNOP_send, (long)&send, 0);
}

// For SHUTDOWN_suspend, Xen's tools expect the frame of start_info as the third argument.
long shutdown(unsigned int reason) {
    struct sched_shutdown arg = {.reason = reason};
    return hypercall(__HYPERVISOR_sched_op, SCHEDOP_shutdown, (long)&arg, (long)mfn_of(si));
}

void wait_for_events(nanoseconds until) {
    evtchn_port_t ports[] = {si->console.domU.evtchn, si->store_evtchn};
    struct sched_poll poll = {.nr_ports = LENGTH(ports), .timeout = until == NEVER ? 0 : until};
    set_xen_guest_handle(poll.ports, ports);
    hypercall(__HYPERVISOR_sched_op, SCHEDOP_poll, (long)&poll, 0);
    for (size_t i = 0; i < LENGTH(ports); i++)
        __atomic_and_fetch(&shared->evtchn_pending[ports[i] / 64], ~(1ul << ports[i] % 64), __ATOMIC_SEQ_CST);
}

// ---- The clock ------------------------------------------------------------

static uint64_t timestamp_counter(void) {
    uint32_t low, high;
    __asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

nanoseconds now(void) {
    volatile const struct vcpu_time_info *time = &shared->vcpu_info[0].time;
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

// ---- Pages ----------------------------------------------------------------

unsigned long mfn_to_pfn(unsigned long mfn) { return ((unsigned long *)MACH2PHYS_VIRT_START)[mfn]; }
unsigned long pfn_to_mfn(unsigned long pfn) { return ((unsigned long *)si->mfn_list)[pfn]; }
unsigned long mfn_of(const void *address) { return pfn_to_mfn((unsigned long)address / PAGE_SIZE); }

bool map_frame(void *address, unsigned long mfn) {
    unsigned long entry = mfn ? mfn * PAGE_SIZE | 7 : 0;     // present, writable, user
    return !hypercall(__HYPERVISOR_update_va_mapping, (long)address, (long)entry, UVMF_INVLPG | UVMF_LOCAL);
}

void connect_machine(void) {
    map_frame(shared_page, si->shared_info / PAGE_SIZE);
    // Tell the tools where the pfn-to-mfn table is; they need it to save us.
    unsigned long pages = (si->nr_pages * sizeof(long) + PAGE_SIZE - 1) / PAGE_SIZE;
    for (unsigned long i = 0; i < pages; i++)
        p2m_frames[i] = mfn_of((char *)si->mfn_list + i * PAGE_SIZE);
    p2m_frames_frame[0] = mfn_of(p2m_frames);
    shared->arch.max_pfn = si->nr_pages;
    shared->arch.pfn_to_mfn_frame_list_list = mfn_of(p2m_frames_frame);
}

void disconnect_machine(bool *cancelled) {
    map_frame(shared_page, 0);
    si->store_mfn = mfn_to_pfn(si->store_mfn);
    si->console.domU.mfn = mfn_to_pfn(si->console.domU.mfn);
    *cancelled = shutdown(SHUTDOWN_suspend);
    if (*cancelled) {
        si->store_mfn = pfn_to_mfn(si->store_mfn);
        si->console.domU.mfn = pfn_to_mfn(si->console.domU.mfn);
    }
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

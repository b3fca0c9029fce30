// A PV guest's own: entry, page tables, the table of machine frames.

#include "tiny.h"
#include <xen/elfnote.h>
#include <xen/grant_table.h>

// ---- Entry ----------------------------------------------------------------

// How the domain builder should load us: mapped one to one (virtual addresses
// equal pseudo-physical ones), entered at pv_start.
#define NOTE(type, value)                                                      \
    ".align 4\n.long 4, 2f - 1f, " type "\n.asciz \"Xen\"\n1: " value "\n2:\n"

__asm__(".pushsection .note.Xen, \"a\", @note\n"
        NOTE("6", ".asciz \"tiny\"")        // XEN_ELFNOTE_GUEST_OS
        NOTE("5", ".asciz \"xen-3.0\"")     // XEN_ELFNOTE_XEN_VERSION
        NOTE("8", ".asciz \"generic\"")     // XEN_ELFNOTE_LOADER
        NOTE("3", ".quad 0")                // XEN_ELFNOTE_VIRT_BASE
        NOTE("4", ".quad 0")                // XEN_ELFNOTE_PADDR_OFFSET
        NOTE("1", ".quad pv_start")         // XEN_ELFNOTE_ENTRY
        NOTE("14", ".long 1")               // XEN_ELFNOTE_SUSPEND_CANCEL
        NOTE("18", ".long pvh_start")       // XEN_ELFNOTE_PHYS32_ENTRY: see pvh.c
        ".popsection\n"
        ".globl pv_start\n"
        "pv_start: lea stack + 16384(%rip), %rsp\n"
        "        mov %rsi, %rdi\n"
        "        call pv_entered\n");

static start_info_t *si;

__attribute__((noreturn, used)) void pv_entered(start_info_t *start_info) {
    si = start_info;
    tiny();
}

// ---- Pages ----------------------------------------------------------------

static uint8_t shared_page[PAGE_SIZE] PAGE_ALIGNED;  // where shared_info is mapped
static uint8_t grant_page[PAGE_SIZE] PAGE_ALIGNED;   // and the grant table
static uint8_t window[PAGE_SIZE] PAGE_ALIGNED;       // and a free page for a moment
static xen_pfn_t p2m_frames[512] PAGE_ALIGNED;       // enough for 1 GiB of memory
static xen_pfn_t p2m_frames_frame[512] PAGE_ALIGNED;

unsigned long *pv_frames(void) { return (unsigned long *)si->mfn_list; }

unsigned long pv_page_tables(void) { return frame_of(PFN(si->pt_base)); }

static void *page_of(unsigned long frame) {
    return (void *)(((unsigned long *)MACH2PHYS_VIRT_START)[frame] * PAGE_SIZE);
}

// Map the machine frame at the page-aligned address; frame 0: unmap what is there.  False if Xen says no.
static bool map_frame(void *address, unsigned long frame) {
    unsigned long entry = frame ? frame * PAGE_SIZE | 7 : 0;     // present, writable, user
    return !hypercall(__HYPERVISOR_update_va_mapping, (long)address, (long)entry, UVMF_INVLPG | UVMF_LOCAL);
}

void pv_touch_page(uint64_t pfn) {
    if (map_frame(window, frame_of(pfn))) (*(volatile uint64_t *)window)++;
    map_frame(window, 0);
}

void *pv_map_grant_table(void) {
    xen_pfn_t frame = 0;
    struct gnttab_setup_table arg = {.dom = DOMID_SELF, .nr_frames = 1};
    set_xen_guest_handle(arg.frame_list, &frame);
    hypercall(__HYPERVISOR_grant_table_op, GNTTABOP_setup_table, (long)&arg, 1);
    if (!arg.status) map_frame(grant_page, frame);
    return grant_page;
}

void pv_unmap_grant_table(void) { map_frame(grant_page, 0); }

// Tell the tools where the table of frames is; they need it to save us.
static void publish_frames(void) {
    unsigned long pages = (si->nr_pages * sizeof(long) + PAGE_SIZE - 1) / PAGE_SIZE;
    for (unsigned long i = 0; i < pages; i++) p2m_frames[i] = frame_of(PFN(si->mfn_list) + i);
    p2m_frames_frame[0] = frame_of(PFN(p2m_frames));
    machine.shared->arch.max_pfn = si->nr_pages;
    machine.shared->arch.pfn_to_mfn_frame_list_list = frame_of(PFN(p2m_frames_frame));
}

void pv_connect(void) {
    map_frame(shared_page, si->shared_info / PAGE_SIZE);
    machine.shared = (void *)shared_page;
    machine.console_page = page_of(si->console.domU.mfn);
    machine.store_page = page_of(si->store_mfn);
    machine.console_port = si->console.domU.evtchn;
    machine.store_port = si->store_evtchn;
    machine.command_line = (const char *)si->cmd_line;
    machine.pages = si->nr_pages;
    // Last of what the builder made come the page tables and a stack.
    machine.first_free = si->pt_base / PAGE_SIZE + si->nr_pt_frames + 1;
    publish_frames();
}

// What is saved must hold no machine frame numbers but in page tables, the table of frames and the registers.
bool pv_suspend(void) {
    map_frame(shared_page, 0);
    si->store_mfn = PFN(machine.store_page);
    si->console.domU.mfn = PFN(machine.console_page);
    bool cancelled = shutdown(SHUTDOWN_suspend, frame_of(PFN(si)));
    if (cancelled) {
        si->store_mfn = frame_of(PFN(machine.store_page));
        si->console.domU.mfn = frame_of(PFN(machine.console_page));
    }
    return cancelled;
}

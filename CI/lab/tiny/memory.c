// Our free pages: writing to them at a rate, and giving some back to Xen.
//
// They are not mapped; each is looked at through one window.

#include "tiny.h"
#include <xen/memory.h>

static uint8_t window[PAGE_SIZE] PAGE_ALIGNED;
static xen_pfn_t batch[512];

static uint64_t first_free;                    // pfns from here on hold nothing
static uint64_t lowest_end;                    // the balloon leaves these alone: the builder has mapped them
static uint64_t most;                          // pages we had at boot, the most we can have
static uint64_t have;                          // pages we have: these are pfns 0 to have - 1
static uint64_t next_dirty;

void connect_memory(void) {
    if (most) return;                          // after a resume everything is where it was
    // Last of what the builder made come the page tables and a stack; it maps at least 512 KiB more, to full 4 MiB.
    first_free = si->pt_base / PAGE_SIZE + si->nr_pt_frames + 1;
    lowest_end = (first_free + 128 + 1023) / 1024 * 1024;
    have = most = si->nr_pages;
}

void disconnect_memory(void) { map_frame(window, 0); }

void dirty_pages(uint64_t pages, uint64_t of) {
    uint64_t end = of && first_free + of < have ? first_free + of : have;
    if (first_free >= end) return;
    while (pages--) {
        if (next_dirty < first_free || next_dirty >= end) next_dirty = first_free;
        if (map_frame(window, pfn_to_mfn(next_dirty))) (*(volatile uint64_t *)window)++;
        next_dirty++;
    }
    map_frame(window, 0);
}

static uint64_t reservation(unsigned int operation, uint64_t pages) {
    struct xen_memory_reservation arg = {.nr_extents = pages, .domid = DOMID_SELF};
    set_xen_guest_handle(arg.extent_start, batch);
    long done = hypercall(__HYPERVISOR_memory_op, operation, (long)&arg, 0);
    return done < 0 ? 0 : (uint64_t)done;
}

void balloon_to(uint64_t kilobytes) {
    unsigned long *p2m = (unsigned long *)si->mfn_list;
    uint64_t target = kilobytes * 1024 / PAGE_SIZE;
    if (target > most) target = most;
    if (target < lowest_end) target = lowest_end;
    while (have > target) {
        uint64_t count = have - target < LENGTH(batch) ? have - target : LENGTH(batch);
        for (uint64_t i = 0; i < count; i++) batch[i] = p2m[have - 1 - i];
        uint64_t done = reservation(XENMEM_decrease_reservation, count);
        for (uint64_t i = 0; i < done; i++) p2m[--have] = ~0ul;
        if (done < count) break;
    }
    while (have < target) {
        uint64_t count = target - have < LENGTH(batch) ? target - have : LENGTH(batch);
        for (uint64_t i = 0; i < count; i++) batch[i] = have + i;
        uint64_t done = reservation(XENMEM_populate_physmap, count);
        for (uint64_t i = 0; i < done; i++) p2m[have++] = batch[i];
        if (done < count) break;               // the node or our limit has no more
    }
}

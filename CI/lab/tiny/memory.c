// Our free pages: writing to them at a rate, and giving some back to Xen.

#include "tiny.h"
#include <xen/memory.h>

static xen_pfn_t batch[512];

static uint64_t lowest_end;                    // the balloon leaves what is below alone: a PV builder has mapped it
static uint64_t most;                          // pages we had at boot, the most we can have
static uint64_t have;                          // pages we have: these are pfns 0 to have - 1
static uint64_t next_dirty;

void connect_memory(void) {
    if (most) return;                          // after a resume everything is where it was
    // The builder maps at least 512 KiB more than it has used, to full 4 MiB.
    lowest_end = (machine.first_free + 128 + 1023) / 1024 * 1024;
    have = most = machine.pages;
}

void dirty_pages(uint64_t pages, uint64_t of) {
    uint64_t first = machine.first_free;
    uint64_t end = of && first + of < have ? first + of : have;
    if (first >= end) return;
    while (pages--) {
        if (next_dirty < first || next_dirty >= end) next_dirty = first;
        touch_page(next_dirty++);
    }
}

static uint64_t reservation(unsigned int operation, uint64_t pages) {
    struct xen_memory_reservation arg = {.nr_extents = pages, .domid = DOMID_SELF};
    set_xen_guest_handle(arg.extent_start, batch);
    long done = hypercall(__HYPERVISOR_memory_op, operation, (long)&arg, 0);
    return done < 0 ? 0 : (uint64_t)done;
}

void balloon_to(uint64_t kilobytes) {
    uint64_t target = kilobytes * 1024 / PAGE_SIZE;
    if (target > most) target = most;
    if (target < lowest_end) target = lowest_end;
    while (have > target) {
        uint64_t count = have - target < LENGTH(batch) ? have - target : LENGTH(batch);
        for (uint64_t i = 0; i < count; i++) batch[i] = frame_of(have - 1 - i);
        uint64_t done = reservation(XENMEM_decrease_reservation, count);
        for (uint64_t i = 0; i < done; i++) set_frame(--have, NO_FRAME);
        if (done < count) break;
    }
    while (have < target) {
        uint64_t count = target - have < LENGTH(batch) ? target - have : LENGTH(batch);
        for (uint64_t i = 0; i < count; i++) batch[i] = have + i;
        uint64_t done = reservation(XENMEM_populate_physmap, count);
        for (uint64_t i = 0; i < done; i++) set_frame(have++, batch[i]);
        if (done < count) break;               // the node or our limit has no more
    }
}

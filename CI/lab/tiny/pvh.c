// A PVH guest's own: entry without paging, page tables, what it asks Xen for.

#include "tiny.h"
#include <xen/arch-x86/hvm/start_info.h>
#include <xen/hvm/hvm_op.h>
#include <xen/hvm/params.h>
#include <xen/memory.h>

// ---- Entry ----------------------------------------------------------------

// Entered in 32-bit mode with the address of hvm_start_info in ebx.  Map the first 4 GiB one to one, by pages of 2 MiB,
// and go on in 64-bit mode.
__asm__(".pushsection .data\n"
        ".balign 4096\n"
        ".globl pvh_pml4\n"
        "pvh_pml4: .quad pvh_pdpt + 7\n.fill 511, 8, 0\n"
        "pvh_pdpt: .quad pvh_pd + 7, pvh_pd + 4096 + 7, pvh_pd + 8192 + 7, pvh_pd + 12288 + 7\n.fill 508, 8, 0\n"
        "pvh_pd:\n.set page, 0\n.rept 2048\n.quad page * 0x200000 + 0x87\n.set page, page + 1\n.endr\n"
        "pvh_gdt: .quad 0, 0x00af9b000000ffff, 0x00cf93000000ffff\n"       // none, 64-bit code, data
        "pvh_gdt_end:\n"
        "pvh_gdtr: .word pvh_gdt_end - pvh_gdt - 1\n.long pvh_gdt, 0\n"
        ".popsection\n"
        ".code32\n"
        ".globl pvh_start\n"
        "pvh_start:\n"
        "        mov $stack + 16384, %esp\n"
        "        mov $pvh_pml4, %eax\n"
        "        mov %eax, %cr3\n"
        "        mov %cr4, %eax\n"
        "        or $0x20, %eax\n"                                         // PAE
        "        mov %eax, %cr4\n"
        "        mov $0xc0000080, %ecx\n"                                  // EFER: long mode
        "        rdmsr\n"
        "        or $0x100, %eax\n"
        "        wrmsr\n"
        "        mov %cr0, %eax\n"
        "        or $0x80000000, %eax\n"                                   // paging
        "        mov %eax, %cr0\n"
        "        lgdt pvh_gdtr\n"
        "        ljmp $8, $1f\n"
        ".code64\n"
        "1:      mov $16, %eax\n"
        "        mov %eax, %ds\n"
        "        mov %eax, %es\n"
        "        mov %eax, %ss\n"
        "        mov %ebx, %edi\n"
        "        call pvh_entered\n");

// Xen fills it, below.
__asm__(".pushsection .text\n"
        ".balign 4096\n"
        ".globl pvh_hypercall_page\n"
        "pvh_hypercall_page: .fill 4096, 1, 0x90\n"
        ".popsection\n");
extern uint8_t pvh_hypercall_page[];
long (*pvh_hypercall)(void) = (long (*)(void))(uintptr_t)pvh_hypercall_page;

extern uint8_t _end[];                         // of our image, by the linker
static const struct hvm_start_info *info;

__attribute__((noreturn, used)) void pvh_entered(const struct hvm_start_info *start_info) {
    machine.pvh = true;
    info = start_info;
    tiny();
}

// ---- What we ask Xen for ----------------------------------------------------

// Frames in the hole for devices, where no memory is.
#define SHARED_INFO_PAGE 0xfe700000ul
#define GRANT_TABLE_PAGE 0xfe701000ul

static void add_to_physmap(unsigned int space, void *address) {
    struct xen_add_to_physmap arg = {.domid = DOMID_SELF, .space = space, .gpfn = PFN(address)};
    hypercall(__HYPERVISOR_memory_op, XENMEM_add_to_physmap, (long)&arg, 0);
}

void *pvh_map_grant_table(void) {
    add_to_physmap(XENMAPSPACE_grant_table, (void *)GRANT_TABLE_PAGE);
    return (void *)GRANT_TABLE_PAGE;
}

static uint64_t parameter(uint32_t index) {
    struct xen_hvm_param arg = {.domid = DOMID_SELF, .index = index};
    hypercall(__HYPERVISOR_hvm_op, HVMOP_get_param, (long)&arg, 0);
    return arg.value;
}

// No event ever interrupts us: interrupts are off. But only to a guest with a callback do the tools say that a suspend
// was cancelled.
static void set_callback(void) {
    struct xen_hvm_param arg = {.domid = DOMID_SELF, .index = HVM_PARAM_CALLBACK_IRQ, .value = 2ul << 56 | 0xf3};
    hypercall(__HYPERVISOR_hvm_op, HVMOP_set_param, (long)&arg, 0);
}

static void cpuid(uint32_t leaf, uint32_t out[4]) {
    __asm__ volatile("cpuid" : "=a"(out[0]), "=b"(out[1]), "=c"(out[2]), "=d"(out[3]) : "a"(leaf), "c"(0));
}

// Xen's leaves of cpuid begin at one of these; "XenV" is how its signature begins.
static void enable_hypercalls(void) {
    for (uint32_t base = 0x40000000; base < 0x40010000; base += 0x100) {
        uint32_t out[4];
        cpuid(base, out);
        if (out[1] != 0x566e6558) continue;
        cpuid(base + 2, out);
        uint64_t page = (uintptr_t)pvh_hypercall_page;
        __asm__ volatile("wrmsr" : : "c"(out[1]), "a"((uint32_t)page), "d"((uint32_t)(page >> 32)) : "memory");
        return;
    }
}

// ---- Pages ----------------------------------------------------------------

#define MEMORY 1                               // a type of region

static uint64_t memory_pages(void) {
    const struct hvm_memmap_table_entry *map = (void *)info->memmap_paddr;
    for (uint32_t i = 0; i < info->memmap_entries; i++)
        if (map[i].addr == 0 && map[i].type == MEMORY) return map[i].size / PAGE_SIZE;
    return 0;
}

static uint64_t larger(uint64_t a, uint64_t b) { return a > b ? a : b; }

void pvh_connect(void) {
    enable_hypercalls();
    set_callback();
    add_to_physmap(XENMAPSPACE_shared_info, (void *)SHARED_INFO_PAGE);
    machine.shared = (void *)SHARED_INFO_PAGE;
    machine.console_page = (void *)(parameter(HVM_PARAM_CONSOLE_PFN) * PAGE_SIZE);
    machine.store_page = (void *)(parameter(HVM_PARAM_STORE_PFN) * PAGE_SIZE);
    machine.console_port = (evtchn_port_t)parameter(HVM_PARAM_CONSOLE_EVTCHN);
    machine.store_port = (evtchn_port_t)parameter(HVM_PARAM_STORE_EVTCHN);
    machine.command_line = info->cmdline_paddr ? (const char *)info->cmdline_paddr : "";
    machine.pages = memory_pages();
    // Behind us come the start information and what it points to; modules too, which nobody needs.
    uint64_t last = larger(larger(PFN(_end), PFN(info)), larger(PFN(info->memmap_paddr), PFN(info->cmdline_paddr)));
    machine.first_free = last + 4;
}

bool pvh_suspend(void) { return shutdown(SHUTDOWN_suspend, 0); }

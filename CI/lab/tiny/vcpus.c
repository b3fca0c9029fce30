// The virtual cpus besides the first: up and down as xenstore says, and idle.

#include "tiny.h"
#include <xen/vcpu.h>
#include <xen/hvm/hvm_vcpu.h>

#define VCPUS 32                               // as many as there are in the shared page
#define STACK 512

static uint8_t stacks[VCPUS][STACK] __attribute__((aligned(16)));
static bool is_up[VCPUS];

__attribute__((noreturn)) static void idle(void) {
    struct sched_poll nothing = {.nr_ports = 0};
    for (;;) hypercall(__HYPERVISOR_sched_op, SCHEDOP_poll, (long)&nothing, 0);
}

static long vcpu_op(int operation, long vcpu, void *argument) {
    return hypercall(__HYPERVISOR_vcpu_op, operation, vcpu, (long)argument);
}

static bool prepare_pv(long vcpu, uint64_t stack) {
    static struct vcpu_guest_context context;
    memset(&context, 0, sizeof context);
    context.flags = VGCF_in_kernel;
    context.user_regs.rip = (uint64_t)idle;
    context.user_regs.rsp = context.kernel_sp = stack;
    context.user_regs.cs = FLAT_KERNEL_CS;
    context.user_regs.ss = context.kernel_ss = FLAT_KERNEL_SS;
    context.ctrlreg[3] = pv_page_tables() * PAGE_SIZE;
    return !vcpu_op(VCPUOP_initialise, vcpu, &context);
}

static bool prepare_pvh(long vcpu, uint64_t stack) {
    static struct vcpu_hvm_context context;
    memset(&context, 0, sizeof context);
    context.mode = VCPU_HVM_MODE_64B;
    context.cpu_regs.x86_64.rip = (uint64_t)idle;
    context.cpu_regs.x86_64.rsp = stack;
    context.cpu_regs.x86_64.rflags = 2;
    context.cpu_regs.x86_64.cr0 = 0x80000011;  // paging, protected mode
    context.cpu_regs.x86_64.cr3 = (uint64_t)pvh_pml4;
    context.cpu_regs.x86_64.cr4 = 0x20;        // PAE
    context.cpu_regs.x86_64.efer = 0x500;      // long mode
    return !vcpu_op(VCPUOP_initialise, vcpu, &context);
}

// One that was up before goes on where it was; of one that was down when its domain was saved nothing is known.
static void bring_up(long vcpu) {
    uint64_t stack = (uint64_t)stacks[vcpu] + STACK - 8;   // as a call leaves it
    is_up[vcpu] = !vcpu_op(VCPUOP_up, vcpu, NULL);
    if (is_up[vcpu] || !(machine.pvh ? prepare_pvh(vcpu, stack) : prepare_pv(vcpu, stack))) return;
    is_up[vcpu] = !vcpu_op(VCPUOP_up, vcpu, NULL);
}

static void take_down(long vcpu) { is_up[vcpu] = vcpu_op(VCPUOP_down, vcpu, NULL) != 0; }

void look_at_vcpus(void) {
    char word[STORE_VALUE_MAX];
    for (long vcpu = 1; vcpu < VCPUS; vcpu++) {
        struct text path = {.used = 0};
        add(add_number(add(&path, "cpu/"), (uint64_t)vcpu), "/availability");
        if (!store_read(path.bytes, word)) return;
        if (equal(word, "online") && !is_up[vcpu]) bring_up(vcpu);
        else if (equal(word, "offline") && is_up[vcpu]) take_down(vcpu);
    }
}

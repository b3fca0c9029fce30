// What the files of the tiny guest share.  README.md says what the guest is.

#ifndef TINY_H
#define TINY_H

#define __XEN_INTERFACE_VERSION__ 0x00040e00   // __XEN_LATEST_INTERFACE_VERSION__

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xen/xen.h>
#include <xen/event_channel.h>
#include <xen/sched.h>

#define PAGE_SIZE 4096
#define PAGE_ALIGNED __attribute__((aligned(PAGE_SIZE)))
#define LENGTH(array) (sizeof(array) / sizeof *(array))
#define barrier() __asm__ volatile("" ::: "memory")

typedef uint64_t nanoseconds;                  // of Xen's system time
#define NEVER (~(nanoseconds)0)
#define MICROSECOND ((nanoseconds)1000)
#define MILLISECOND ((nanoseconds)1000000)

// ---- machine.c, pv.c, pvh.c: entry, hypercalls, the clock, pages -----------

// What Xen and its tools have prepared. Valid from connect_machine on.
struct machine {
    bool pvh;
    volatile shared_info_t *shared;
    void *console_page, *store_page;
    evtchn_port_t console_port, store_port;
    const char *command_line;
    uint64_t pages;                            // of memory, at boot: pfns 0 to pages - 1
    uint64_t first_free;                       // the pages from here on hold nothing
};

extern struct machine machine;

long hypercall(long number, long a, long b, long c);
void notify(evtchn_port_t port);
// For SHUTDOWN_suspend it returns: 0 in a restored domain, 1 if the suspend was cancelled.  For others it does not.
long shutdown(unsigned int reason, unsigned long start_info_frame);
nanoseconds now(void);
// Sleep until the console or xenstore has something for us, or until then.
void wait_for_events(nanoseconds until);

// Find what was prepared, at boot and after a resume.
void connect_machine(void);
// Suspend; what is saved then holds no frame numbers of this machine but where the tools look for them.  Returns true
// if the suspend was cancelled.
bool suspend_machine(void);
// The frame of one of our pages, as grants and memory reservations have it, and how it changes.
unsigned long frame_of(uint64_t pfn);
void set_frame(uint64_t pfn, unsigned long frame);
#define PFN(address) ((unsigned long)(address) / PAGE_SIZE)
#define NO_FRAME (~0ul)
// Write to a page that nothing is in.
void touch_page(uint64_t pfn);
// Map the first page of the grant table; it must be unmapped before a suspend.
void *map_grant_table(void);
void unmap_grant_table(void);

// Each kind's own part of these.
void pv_connect(void);
void pvh_connect(void);
bool pv_suspend(void);
bool pvh_suspend(void);
void pv_touch_page(uint64_t pfn);
void *pv_map_grant_table(void);
void *pvh_map_grant_table(void);
void pv_unmap_grant_table(void);
unsigned long *pv_frames(void);
extern long (*pvh_hypercall)(void);            // the page of hypercalls, once it is there
unsigned long pv_page_tables(void);            // the frame of the topmost
extern uint64_t pvh_pml4[];
void *memset(void *to, int c, size_t n);

void tiny(void) __attribute__((noreturn));     // tiny.c: where the entries go

// ---- text.c ---------------------------------------------------------------

bool equal(const char *a, const char *b);
size_t length(const char *s);
// If the text starts with the word, alone or followed by a space: what follows; else NULL.
const char *after_word(const char *text, const char *word);
// The decimal number at *text, which moves past it and the spaces behind it.
uint64_t number(const char **text);
// A short string under construction; what does not fit is left out.
struct text { char bytes[192]; size_t used; };
struct text *add(struct text *text, const char *s);
struct text *add_number(struct text *text, uint64_t n);

// ---- console.c ------------------------------------------------------------

void connect_console(void);
void print(const char *s);
void print_bytes(const char *bytes, size_t size);
bool console_has_input(void);
char console_byte(void);                       // only if it has input

// ---- store.c: xenstore ----------------------------------------------------

#define STORE_VALUE_MAX 256                    // longer ones are cut; nothing we read is as long
enum watch { WATCH_SHUTDOWN, WATCH_COMMAND, WATCH_TARGET, WATCH_DEVICES, WATCH_VCPUS, WATCH_KEY, WATCHES };

void connect_store(void);
bool store_has_input(void);
void store_receive_events(void);               // only notes which watches fired
bool watch_pending(enum watch watch);          // whether it fired since watch_fired was asked last
bool watch_fired(enum watch watch);            // the same, and forgets it
void store_watch(const char *path, enum watch watch);
bool store_read(const char *path, char value[STORE_VALUE_MAX]);
bool store_write(const char *path, const char *value);
bool store_write_bytes(const char *path, const char *bytes, size_t size);
bool store_remove(const char *path);
bool store_watch_as(const char *path, const char *token);
bool store_begin_transaction(void);
const char *store_error(void);                 // why the last of these failed: ENOSPC
// The names under path, each with its 0, and one 0 more; at most size bytes.
bool store_list(const char *path, char *names, size_t size);

// ---- memory.c -------------------------------------------------------------

void connect_memory(void);
void dirty_pages(uint64_t pages, uint64_t of); // the next ones of the first `of` (0: all) of our free pages
void balloon_to(uint64_t kilobytes);

// ---- devices.c ------------------------------------------------------------

extern bool vif_never_connects, vbd_never_connects;
void map_grants(void);                         // at boot and after a resume
void unmap_grants(void);                       // before a suspend
void forget_devices(void);                     // after a resume elsewhere: all that was is gone
void look_at_devices(void);
void hold_devices(const char *kind, bool is_so); // "vif" or "vbd"

// ---- vcpus.c --------------------------------------------------------------

void look_at_vcpus(void);

// ---- behaviour.c ----------------------------------------------------------

struct behaviour {
    bool declared;                             // false: the plain tiny guest
    nanoseconds boots_in, shuts_down_in, balloons_in, exits_after, crashes_after, hangs_after;
    unsigned int exit_reason;
    bool echoes, shell, ignores_shutdown, refuses_suspend;
    unsigned int cpu_percent;
    uint64_t dirty_rate, dirty_of;             // pages per second; of how many, 0 for all
    nanoseconds counts_every;                  // 0: not
};

extern struct behaviour behaviour;
void read_behaviour(void);
void print_declared(void);                     // what the guest prints at the end of its boot
void print_escaped(const char *text);          // README.md has the escapes
size_t unescape(const char *text, char *bytes, size_t room);    // \h is left as it is
bool reason_named(const char *name, unsigned int *reason);

// ---- hostile.c ------------------------------------------------------------

bool obey_hostile(const char *line);           // false: it is no such word

#endif

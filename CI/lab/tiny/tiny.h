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

// ---- machine.c: hypercalls, the clock, pages ------------------------------

extern start_info_t *si;
extern volatile shared_info_t *const shared;

long hypercall(long number, long a, long b, long c);
void notify(evtchn_port_t port);
// For SHUTDOWN_suspend it returns: 0 in a restored domain, 1 if the suspend was cancelled.  For others it does not.
long shutdown(unsigned int reason);
nanoseconds now(void);
// Sleep until the console or xenstore has something for us, or until then.
void wait_for_events(nanoseconds until);
unsigned long mfn_to_pfn(unsigned long mfn);
unsigned long pfn_to_mfn(unsigned long pfn);
unsigned long mfn_of(const void *address);
// Map the machine frame writable at the page-aligned address; frame 0: unmap what is there.  False if Xen says no.
bool map_frame(void *address, unsigned long mfn);
// Find the pages that Xen's tools made for us, at boot and after a resume; and put everything out of sight that must
// not be in a saved image: machine frame numbers other than those in page tables, p2m table and registers.
void connect_machine(void);
void disconnect_machine(bool *cancelled);

void tiny(start_info_t *start_info) __attribute__((noreturn));    // tiny.c: where the entry goes

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
enum watch { WATCH_SHUTDOWN, WATCH_COMMAND, WATCH_TARGET, WATCH_DEVICES, WATCHES };

void connect_store(void);
bool store_has_input(void);
void store_receive_events(void);               // only notes which watches fired
bool watch_pending(enum watch watch);          // whether it fired since watch_fired was asked last
bool watch_fired(enum watch watch);            // the same, and forgets it
void store_watch(const char *path, enum watch watch);
bool store_read(const char *path, char value[STORE_VALUE_MAX]);
bool store_write(const char *path, const char *value);
// The names under path, each with its 0, and one 0 more; at most size bytes.
bool store_list(const char *path, char *names, size_t size);

// ---- memory.c -------------------------------------------------------------

void connect_memory(void);
void disconnect_memory(void);
void dirty_pages(uint64_t pages, uint64_t of); // the next ones of the first `of` (0: all) of our free pages
void balloon_to(uint64_t kilobytes);

// ---- devices.c ------------------------------------------------------------

extern bool vif_never_connects, vbd_never_connects;
void map_grants(void);                         // at boot and after a resume
void unmap_grants(void);                       // before a suspend
void forget_devices(void);                     // after a resume elsewhere: all that was is gone
void look_at_devices(void);

// ---- behaviour.c ----------------------------------------------------------

struct behaviour {
    bool declared;                             // false: the plain tiny guest
    nanoseconds boots_in, shuts_down_in, balloons_in, exits_after, crashes_after, hangs_after;
    unsigned int exit_reason;
    bool echoes, shell, ignores_shutdown, refuses_suspend;
    unsigned int cpu_percent;
    uint64_t dirty_rate, dirty_of;             // pages per second; of how many, 0 for all
};

extern struct behaviour behaviour;
void read_behaviour(void);
void print_declared(void);                     // what the guest prints at the end of its boot
void print_escaped(const char *text);          // README.md has the escapes
bool reason_named(const char *name, unsigned int *reason);

#endif

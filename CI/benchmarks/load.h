/* What both load clients share: threads that repeat one operation for a while, and what became of it.
 *
 * Everything is bounded: by seconds, by a count of operations, and by the first failure.
 */
#ifndef LOAD_H
#define LOAD_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* More would measure the machine's scheduler. */
enum { maximum_clients = 64 };

typedef struct {
    int index;        /* which client this is */
    void *connection; /* its own, from connect_client */
    long turns;       /* for the operation's use; begins with 0 */
} client;

/* Each program has these. An operation returns 0 when it was answered as expected. */
static void *connect_client(void);
static int operate(client *self, long number);

static atomic_long next_number;
static atomic_int has_failed;
static long maximum_operations;
static int64_t deadline;

static int64_t nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void *repeat(void *argument) {
    client *self = argument;
    while (!atomic_load(&has_failed) && nanoseconds() < deadline) {
        long number = atomic_fetch_add(&next_number, 1);
        if (number >= maximum_operations) break;
        if (operate(self, number)) atomic_store(&has_failed, 1);
    }
    return NULL;
}

/* Prints operations a second. Returns the program's exit status. */
static int run_load(int clients, double seconds, long operations) {
    static client all[maximum_clients];
    static pthread_t threads[maximum_clients];
    if (clients < 1 || clients > maximum_clients) {
        fprintf(stderr, "from 1 to %d clients, not %d\n", maximum_clients, clients);
        return 2;
    }
    for (int i = 0; i < clients; i++) {
        all[i].index = i;
        all[i].connection = connect_client();
        if (!all[i].connection) return 1;
    }
    maximum_operations = operations;
    int64_t start = nanoseconds();
    deadline = start + (int64_t)(seconds * 1e9);
    for (int i = 0; i < clients; i++) pthread_create(&threads[i], NULL, repeat, &all[i]);
    for (int i = 0; i < clients; i++) pthread_join(threads[i], NULL);
    double elapsed = (nanoseconds() - start) / 1e9;
    if (atomic_load(&has_failed)) return 1;
    long done = atomic_load(&next_number);
    if (done > operations) done = operations;
    printf("%.2f\n", done / elapsed);
    return 0;
}

#endif

/* The stress test of csp.h: a few threads make VMs, enter them in turn, and do whatever a host may
 * in random order: values, scopes, refs, objects, calls, tasks, ports, completers and messages are
 * made, used, killed, interrupted, closed and freed, some of it while another thread is in the VM.
 * After each round everything is freed, and a ledger has to show that each finalizer, destroy,
 * cancelled and release ran exactly once; memory and descriptors end as they began. */
#ifndef CSP_TESTS_HOSTS_H
#define CSP_TESTS_HOSTS_H

#include <stddef.h>
#include <stdint.h>

typedef struct hosts_config {
    unsigned threads;
    unsigned seconds; /* in all … */
    unsigned rounds;  /* … in so many rounds, at least 1 */
    uint64_t seed;
} hosts_config;

typedef struct hosts_result {
    uint64_t deeds, vms, objects, states, completers, releases;
    size_t resident_first, resident_last; /* bytes after the first and the last round */
    unsigned open_first, open_last;       /* descriptors */
    char *wrong;                          /* NULL: all is well. The caller frees it */
} hosts_result;

hosts_result hosts_run(const hosts_config *config);

#endif

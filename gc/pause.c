#include "gc/pause.h"

#include <gc/gc.h>
#include <time.h>

#include "gc/heap.h"

static uint64_t began;
static heap_times times; /* atomic, each by itself */

static uint64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

void pause_begin(void) { began = now(); }

void pause_end(void)
{
    uint64_t took = now() - began;
    __atomic_store_n(&times.last, took, __ATOMIC_RELAXED);
    if (took > times.longest)
        __atomic_store_n(&times.longest, took, __ATOMIC_RELAXED);
    __atomic_store_n(&times.collections, times.collections + 1, __ATOMIC_RELAXED);
}

heap_times heap_pauses(void)
{
    return (heap_times){.collections = __atomic_load_n(&times.collections, __ATOMIC_RELAXED),
                        .last = __atomic_load_n(&times.last, __ATOMIC_RELAXED),
                        .longest = __atomic_load_n(&times.longest, __ATOMIC_RELAXED)};
}

size_t heap_of_all(void) { return GC_get_heap_size(); }

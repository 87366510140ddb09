/* Short parts are found by memmem, a window at a time. Long parts, which memmem would process anew
 * in each window, are found by a rolling hash modulo 2^61 - 1 with a secret base, so in practice
 * only equal bytes are compared. */
#include "vm/data/search.h"

#include "vm/core/vm.h"

enum { WINDOW = 64 << 10, SHORT = 4 << 10, STEP = 16 << 10 /* bytes hashed */ };
/* PARTS: places where a part of several bytes may have to be compared */
enum { BYTES_PER_REDUCTION = 256, PARTS_PER_REDUCTION = 16, HASHED_PER_REDUCTION = 32 };

#define PRIME (((uint64_t)1 << 61) - 1)

search *search_in_slot(csp_vm *vm, value *slot, size_t from)
{
    if (*slot == VALUE_ABSENT) {
        search *s = heap_alloc(vm_heap(vm), HEAP_BYTES, sizeof *s);
        if (!s) {
            vm_raise_memory(vm);
            return NULL;
        }
        s->header = OBJ_WALK;
        search_restart(s, from);
        *slot = value_object(s);
    }
    return value_as_object(*slot);
}

void search_restart(search *s, size_t at)
{
    s->at = at;
    s->hashed = s->matched = 0;
    s->found = 0;
}

static const char *find_bytes(const char *in, size_t size, const char *part, size_t part_size)
{
    /* A single byte, as most separators are, does not need memmem's set-up. */
    return part_size == 1 ? memchr(in, *part, size) : memmem(in, size, part, part_size);
}

verdict search_quick(csp_vm *vm, const void *in, size_t size, size_t from, const void *part,
                     size_t part_size, size_t *found)
{
    *found = SIZE_MAX;
    if (from > size || part_size > size - from)
        return VERDICT_DONE;
    if (part_size > SHORT)
        return VERDICT_CALL;
    size_t end = size - from > WINDOW + part_size ? from + WINDOW + part_size : size;
    const char *at = find_bytes((const char *)in + from, end - from, part, part_size);
    size_t looked = at ? (size_t)(at - (const char *)in) - from : end - from;
    vm_charge(vm, looked / (part_size == 1 ? BYTES_PER_REDUCTION : PARTS_PER_REDUCTION));
    if (at)
        *found = from + looked;
    return at || end == size ? VERDICT_DONE : VERDICT_CALL;
}

static verdict step_short(csp_vm *vm, search *s, const void *in, size_t size, const void *part,
                          size_t part_size, size_t *found)
{
    verdict v = search_quick(vm, in, size, s->at, part, part_size, found);
    if (v != VERDICT_CALL)
        return v;
    s->at += WINDOW + 1; /* any occurrence that begins before it would have been found */
    return VERDICT_YIELD;
}

/* a * b modulo the prime. */
static uint64_t times(uint64_t a, uint64_t b)
{
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)a * b;
    uint64_t low = (uint64_t)product & PRIME, high = (uint64_t)(product >> 61);
    uint64_t sum = low + high;
    return sum >= PRIME ? sum - PRIME : sum;
}

static uint64_t plus(uint64_t a, uint64_t b) { return a + b >= PRIME ? a + b - PRIME : a + b; }

static uint64_t base_of(const csp_vm *vm) { return (vm->hash_seed | 1) % (PRIME - 512) + 256; }

/* Adds the bytes [*done, …) of data to the hash, at most one step's worth. True: all `size`
 * are included. */
static bool hash_on(uint64_t base, const uint8_t *data, size_t size, size_t *done, uint64_t *hash)
{
    size_t stop = size - *done > STEP ? *done + STEP : size;
    for (; *done < stop; ++*done)
        *hash = plus(times(*hash, base), data[*done] + 1U);
    return stop == size;
}

/* Slides the window until the hashes agree or it reaches the end. */
static void roll(search *s, uint64_t base, const uint8_t *in, size_t size, size_t part_size)
{
    size_t stop = size - part_size - s->at > STEP ? s->at + STEP : size - part_size;
    while (s->found != s->wanted && s->at < stop) {
        uint64_t out = times(s->power, in[s->at] + 1U);
        s->found = plus(times(plus(s->found, PRIME - out), base), in[s->at + part_size] + 1U);
        s->at++;
    }
}

/* The base to the power of size - 1, by squaring: sixty steps at most. */
static uint64_t power_of(uint64_t base, size_t exponent)
{
    uint64_t power = 1;
    for (; exponent > 0; exponent >>= 1, base = times(base, base))
        if (exponent & 1)
            power = times(power, base);
    return power;
}

static verdict step_long(csp_vm *vm, search *s, const uint8_t *in, size_t size, const uint8_t *part,
                         size_t part_size, size_t *found)
{
    uint64_t base = base_of(vm);
    vm_charge(vm, STEP / HASHED_PER_REDUCTION);
    if (s->prepared < part_size) {
        s->power = power_of(base, part_size - 1);
        hash_on(base, part, part_size, &s->prepared, &s->wanted);
        return VERDICT_YIELD;
    }
    if (s->hashed < part_size) {
        hash_on(base, in + s->at, part_size, &s->hashed, &s->found);
        return VERDICT_YIELD;
    }
    if (s->matched == 0)
        roll(s, base, in, size, part_size);
    if (s->found != s->wanted)
        return s->at < size - part_size ? VERDICT_YIELD : VERDICT_DONE;
    size_t count = part_size - s->matched < WINDOW ? part_size - s->matched : WINDOW;
    if (memcmp(in + s->at + s->matched, part + s->matched, count) == 0) {
        s->matched += count;
        *found = s->matched == part_size ? s->at : SIZE_MAX;
        return s->matched == part_size ? VERDICT_DONE : VERDICT_YIELD;
    }
    /* Different bytes with the same hash: practically never. */
    if (s->at == size - part_size)
        return VERDICT_DONE;
    search_restart(s, s->at + 1);
    return VERDICT_YIELD;
}

verdict search_step(csp_vm *vm, search *s, const void *in, size_t size, const void *part,
                    size_t part_size, size_t *found)
{
    *found = SIZE_MAX;
    if (s->at > size || part_size > size - s->at)
        return VERDICT_DONE;
    if (part_size <= SHORT)
        return step_short(vm, s, in, size, part, part_size, found);
    return step_long(vm, s, in, size, part, part_size, found);
}

/* The Random module: one generator per process (xoshiro256**), seeded from the VM's own when it is
 * first used. What is drawn from it is uniform: no bias towards small numbers. The rest is in
 * random.csp. Not for secrets: who has seen enough of its numbers can tell the next. */
#include "base/random.h"
#include "stdlib/natives.h"
#include "vm/core/steps.h"
#include "vm/data/index.h"
#include "vm/data/iterate.h"
#include "vm/native.h"
#include "vm/number/bigint.h"
#include "vm/process/process.h"

enum { WORD = sizeof(uint64_t), WORDS_PER_REDUCTION = 64 };
enum { ELEMENTS_PER_STEP = 1000, ELEMENTS_PER_REDUCTION = 16 };

/* One of 0 … last. Where the number of words is no multiple of the number of results, the words
 * left over are drawn again. */
static uint64_t draw_small(uint64_t *state, uint64_t last)
{
    if (last == UINT64_MAX)
        return xoshiro_next(state);
    uint64_t count = last + 1;
    uint64_t over = (UINT64_MAX % count + 1) % count;
    uint64_t word = xoshiro_next(state);
    while (word > UINT64_MAX - over)
        word = xoshiro_next(state);
    return word % count;
}

/* Sets z to one of 0 … last, last > 0: as many random bits as it has, until they make no more than
 * it. */
static void draw_large(uint64_t *state, mpz_srcptr last, mpz_ptr z)
{
    size_t bits = mpz_sizeinbase(last, 2);
    size_t count = mpz_size(last);
    do {
        mp_limb_t *limbs = mpz_limbs_write(z, (mp_size_t)count);
        for (size_t i = 0; i < count; i++)
            limbs[i] = xoshiro_next(state);
        if (bits % GMP_NUMB_BITS != 0)
            limbs[count - 1] >>= GMP_NUMB_BITS - bits % GMP_NUMB_BITS;
        mpz_limbs_finish(z, (mp_size_t)count);
    } while (mpz_cmp(z, last) > 0);
}

static verdict random_large(csp_vm *vm, uint64_t *state, value low, value high, value *result)
{
    num_view from;
    num_view to;
    num_view_of(&from, low);
    num_view_of(&to, high);
    vm_charge(vm, (mpz_size(from.z) + mpz_size(to.z)) / WORDS_PER_REDUCTION);
    mpz_t last;
    mpz_t z;
    mpz_init(last);
    mpz_init(z);
    mpz_sub(last, to.z, from.z);
    draw_large(state, last, z);
    mpz_add(z, z, from.z);
    mpz_clear(last);
    return num_give(vm, z, result);
}

static verdict random_int(csp_vm *vm, process *p, value *args, value *result)
{
    if (!native_integer_args(vm, p, args, 2))
        return VERDICT_FAIL;
    int order = num_compare(args[0], args[1]);
    if (order > 0)
        return vm_raise(vm, ERR_VALUE, "the lower bound is above the upper one");
    uint64_t *state = process_random(vm, p);
    if (state == NULL)
        return VERDICT_FAIL;
    *result = args[0];
    if (order == 0)
        return VERDICT_DONE;
    if (!value_both_int(args[0], args[1]))
        return random_large(vm, state, args[0], args[1], result);
    int64_t low = value_as_int(args[0]);
    *result = value_int(low + (int64_t)draw_small(state, (uint64_t)(value_as_int(args[1]) - low)));
    return VERDICT_DONE;
}

static verdict random_float(csp_vm *vm, process *p, value *args, value *result)
{
    (void)args;
    uint64_t *state = process_random(vm, p);
    if (state == NULL)
        return VERDICT_FAIL;
    /* As many bits as a double holds. */
    return vm_give(vm, num_float(vm, (double)(xoshiro_next(state) >> 11) * 0x1p-53), result);
}

/* args: how many; slots: how many there are already, the bytes. */
static verdict random_bytes(csp_vm *vm, process *p, value *args, value *result)
{
    value *done = &args[1];
    value *made = &args[2];
    int64_t count;
    if (!native_int_arg(vm, p, args[0], "an int", &count))
        return VERDICT_FAIL;
    if (count < 0)
        return vm_raise(vm, ERR_VALUE, "a negative number of bytes");
    if (count > (int64_t)STRING_MAX)
        return vm_raise(vm, ERR_OUT_OF_MEMORY, "more than %zu bytes", STRING_MAX);
    uint64_t *state = process_random(vm, p);
    if (state == NULL)
        return VERDICT_FAIL;
    size_t size = (size_t)count;
    if (*made == VALUE_ABSENT) {
        *done = value_int(0);
        bytes *blank = bytes_blank(vm, size);
        if (blank == NULL)
            return vm_raise_memory(vm);
        *made = value_object(blank);
    }
    uint8_t *data = value_bytes(*made)->data;
    size_t at = (size_t)value_as_int(*done);
    size_t stop = at + long_part(vm, size - at);
    vm_charge(vm, (stop - at) / (WORD * WORDS_PER_REDUCTION));
    for (; at < stop; at += WORD) {
        uint64_t word = xoshiro_next(state);
        memcpy(data + at, &word, stop - at < WORD ? stop - at : WORD);
    }
    *done = value_int((int64_t)stop);
    *result = *made;
    return stop == size ? VERDICT_DONE : VERDICT_YIELD;
}

static verdict random_seed(csp_vm *vm, process *p, value *args, value *result)
{
    if (!value_is_integer(args[0]))
        return vm_raise_type(vm, p, args[0], "an int");
    uint64_t *state = process_random(vm, p);
    if (state == NULL)
        return VERDICT_FAIL;
    xoshiro_seed(state,
                 value_is_int(args[0]) ? (uint64_t)value_as_int(args[0]) : num_hash(args[0], 0));
    *result = VALUE_NIL;
    return VERDICT_DONE;
}

/* args: an iterable; slots: iteration (2), the list under way, its growth. Each element, as it
 * comes, changes places with one that is there already, or stays last. */
static verdict random_shuffle(csp_vm *vm, process *p, value *args, value *result)
{
    value *iteration = &args[1];
    value *all = &args[3];
    uint64_t *state = process_random(vm, p);
    if (state == NULL)
        return VERDICT_FAIL;
    if (*all == VALUE_ABSENT) {
        uint64_t length; /* of an open range there is none */
        if (data_iterate(vm, p, args[0], iteration) != VERDICT_DONE ||
            data_length(vm, p, args[0], &length) != VERDICT_DONE)
            return VERDICT_FAIL;
        if (length > LIST_MAX)
            return vm_raise_memory(vm);
        *all = list_new(vm, p, NULL, 0);
        if (*all == VALUE_ABSENT)
            return vm_raise_memory(vm);
    }
    list *shuffled = value_list(*all);
    vm_charge(vm, ELEMENTS_PER_STEP / ELEMENTS_PER_REDUCTION);
    for (unsigned i = 0; i < ELEMENTS_PER_STEP; i++) {
        value item;
        bool more;
        if (list_grows_long(vm, shuffled, (size_t)shuffled->count + 1)) {
            verdict v = list_reserve_step(vm, shuffled, (size_t)shuffled->count + 1, &args[4]);
            if (v != VERDICT_DONE)
                return v;
        }
        if (data_next(vm, p, iteration, &item, &more) != VERDICT_DONE)
            return VERDICT_FAIL;
        if (!more) {
            *result = *all;
            return VERDICT_DONE;
        }
        if (!list_push(vm, shuffled, item))
            return vm_raise_memory(vm);
        uint64_t place = draw_small(state, shuffled->count - 1);
        shuffled->items[shuffled->count - 1] = shuffled->items[place];
        shuffled->items[place] = item;
    }
    return VERDICT_YIELD;
}

const native_entry random_natives[] = {
    {"bytes", "bytes(n)", "n random bytes (not for secrets)", random_bytes, 1, 1, 2},
    {"float", "float()", "a random float, at least 0 and less than 1", random_float, 0, 0, 0},
    {"int", "int(a, b)", "a random int from a to b, both included", random_int, 2, 2, 0},
    {"seed", "seed(n)",
     "sets out anew with this process's generator: the same numbers follow the same int; gives nil",
     random_seed, 1, 1, 0},
    {"shuffle", "shuffle(xs)", "a list of the elements in random order", random_shuffle, 1, 1, 4},
    {NULL, NULL, NULL, NULL, 0, 0, 0},
};

/* Finds who holds a channel that somebody waits on. Processes are searched one by one: their
 * registers, and the objects reached from there, two levels deep. A word counts as in the
 * collector: if it is the address of an object. */
#include "vm/report/holders.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "vm/code/frame.h"
#include "vm/core/vm.h"

enum {
    WORDS_MAX = 4 << 20, /* to look at in all */
    OBJECT_WORDS = 128,  /* of one object */
    DEPTH = 3            /* closure or list -> its block -> an end of a channel */
};

typedef struct search {
    holders *of;
    uint32_t *index; /* open addressing: place in `of` + 1 */
    uint32_t mask;
    const process *in; /* whose words are looked at; NULL: those of the session's `name` */
    const char *name;
    int64_t left;
} search;

static uint32_t *holders_slot(const search *s, const channel *c)
{
    for (uint32_t i = hash_place((uintptr_t)c);; i++) {
        uint32_t *slot = &s->index[i & s->mask];
        if (*slot == 0 || s->of[*slot - 1].chan == c)
            return slot;
    }
}

/* Processes that wait on a channel hold it, too; that need not be said. */
static bool waits_on(const process *p, const channel *c)
{
    if (p->chan == c)
        return true;
    const alt *a = side_of(p) ? side_of(p)->alt : NULL;
    for (uint32_t i = 0; a && a->live && i < a->count; i++)
        if (a->cases[i].chan == c && a->cases[i].node && a->cases[i].node->queued)
            return true;
    return false;
}

/* `_` is one of the other values shown, and says less. */
static void found_name(holders *h, const char *name)
{
    uint32_t shown = h->name_count < HOLDERS_SHOWN ? h->name_count : HOLDERS_SHOWN;
    if (shown > 0 && (strcmp(name, "_") == 0 || h->names[shown - 1] == name))
        return;
    if (shown < HOLDERS_SHOWN)
        h->names[shown] = name;
    h->name_count++;
}

static void found(holders *h, const process *p)
{
    if (h->last == p)
        return;
    h->last = p;
    if (waits_on(p, h->chan))
        return;
    if (h->count < HOLDERS_SHOWN)
        h->first[h->count] = p;
    h->count++;
}

static bool is_followed(uint64_t header)
{
    switch (header & 0xff) {
    case OBJ_PROCESS:
    case OBJ_CHANNEL:
    case OBJ_NODE:
    case OBJ_SIDE:
    case OBJ_ALT: return false;
    }
    return true;
}

/* The words of objects still to be looked at, one block for each level: no recursion. */
static void search_words(search *s, const value *words, size_t count)
{
    struct {
        const value *at, *end;
    } blocks[DEPTH + 1];
    int depth = 0;
    blocks[0].at = words;
    blocks[0].end = words + count;
    while (depth >= 0) {
        if (blocks[depth].at == blocks[depth].end || s->left-- <= 0) {
            depth--;
            continue;
        }
        value v = *blocks[depth].at++;
        if (!value_is_object(v))
            continue;
        uint32_t at = *holders_slot(s, value_as_object(v));
        if (at) {
            if (s->in)
                found(&s->of[at - 1], s->in);
            else
                found_name(&s->of[at - 1], s->name);
            continue;
        }
        size_t size = depth < DEPTH ? heap_object_size(v) / sizeof(value) : 0;
        const value *block = value_as_object(v);
        if (size < 2 || !is_followed(block[0]))
            continue;
        depth++;
        blocks[depth].at = block;
        blocks[depth].end = block + (size < OBJECT_WORDS ? size : OBJECT_WORDS);
    }
}

/* Frame by frame, without the links between them. */
static void look_through(search *s, const process *p)
{
    s->in = p;
    search_words(s, &p->value, 1);
    if (!p->code)
        return;
    value *base = process_registers(p), *end = base + p->code->registers;
    for (;;) {
        search_words(s, base, (size_t)(end - base));
        if (base == process_stack(p) || s->left <= 0)
            return;
        end = base - FRAME_LINK;
        base = frame_caller(base).base;
    }
}

static void look_at_name(void *user, const char *name, value v)
{
    search *s = user;
    s->in = NULL;
    s->name = name;
    search_words(s, &v, 1);
}

bool report_holders(csp_vm *vm, holders *of, uint32_t n)
{
    uint32_t size = 16;
    while (size < n * 2)
        size *= 2;
    search s = {
        .of = of, .index = calloc(size, sizeof *s.index), .mask = size - 1, .left = WORDS_MAX};
    if (!s.index)
        return false;
    for (uint32_t i = 0; i < n; i++) {
        of[i].count = 0;
        of[i].last = NULL;
        of[i].name_count = 0;
        *holders_slot(&s, of[i].chan) = i + 1;
    }
    for (uint32_t i = 0; i < vm->table_count && s.left > 0; i++)
        look_through(&s, process_at(vm, i));
    if (vm->each_name)
        vm->each_name(vm, look_at_name, &s);
    free(s.index);
    return s.left > 0;
}

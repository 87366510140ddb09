#include "vm/walk/walk_state.h"
#include "base/hash.h"

/* --- stack */

enum { CHUNK_FIRST = 62, CHUNK_WORDS = 510 };

uint64_t *walk_push(csp_vm *vm, walk_stack *s, uint32_t words)
{
    walk_chunk *top = s->top;
    if (!top || top->capacity - top->used < words) {
        walk_chunk *fresh = s->spare;
        s->spare = NULL;
        if (!fresh) {
            uint32_t capacity = top ? CHUNK_WORDS : CHUNK_FIRST;
            fresh =
                heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *fresh + capacity * sizeof(uint64_t));
            if (!fresh)
                return NULL;
            fresh->capacity = capacity;
        }
        fresh->below = top;
        fresh->used = 0;
        s->top = top = fresh;
    }
    uint64_t *frame = top->words + top->used;
    top->used += words;
    memset(frame, 0, words * sizeof *frame);
    return frame;
}

/* The chunk left empty is kept: walks go back and forth across its border. */
void walk_pop(walk_stack *s, uint32_t words)
{
    walk_chunk *top = s->top;
    top->used -= words;
    if (top->used == 0 && top->below) {
        s->top = top->below;
        s->spare = top;
        top->below = NULL;
    }
}

/* --- table */

typedef struct bucket {
    uint32_t depth;
    uint16_t count, capacity;
    struct {
        uint64_t key;
        value item;
    } slots[];
} bucket;
/* Most look-ups of a walk are for what is new, and go through a whole bucket. */
enum { BUCKET_FIRST = 7, BUCKET_SLOTS = 15, TABLE_DEPTH = 28 };

static size_t bucket_size(uint32_t capacity)
{
    return sizeof(bucket) + capacity * 2 * sizeof(uint64_t);
}

static bucket *bucket_new(csp_vm *vm, uint32_t capacity, uint32_t depth)
{
    bucket *b = heap_alloc(vm_heap(vm), HEAP_TRACED, bucket_size(capacity));
    if (!b)
        return NULL;
    b->capacity = (uint16_t)capacity;
    b->depth = depth;
    return b;
}

static uint64_t low_bits(uint64_t hash, uint32_t depth)
{
    return hash & (((uint64_t)1 << depth) - 1);
}

static bucket *bucket_of(const walk_table *t, uint64_t hash)
{
    if (t->depth == 0)
        return t->root;
    return ((bucket **)t->root)[low_bits(hash, t->depth)];
}

static int64_t bucket_slot(const bucket *b, uint64_t key)
{
    for (uint32_t i = 0; i < b->count; i++)
        if (b->slots[i].key == key)
            return i;
    return -1;
}

value *walk_find(const csp_vm *vm, const walk_table *t, uint64_t key)
{
    if (!t->root)
        return NULL;
    bucket *b = bucket_of(t, hash_stir(key ^ vm->hash_seed));
    int64_t slot = bucket_slot(b, key);
    return slot < 0 ? NULL : &b->slots[slot].item;
}

static bool double_directory(csp_vm *vm, walk_table *t)
{
    if (t->depth == TABLE_DEPTH)
        return false;
    size_t size = (size_t)1 << t->depth;
    bucket **directory = heap_alloc_raw(vm_heap(vm), HEAP_TRACED, 2 * size * sizeof(void *));
    if (!directory)
        return false;
    if (t->depth == 0) {
        directory[0] = directory[1] = t->root;
    } else {
        memcpy(directory, t->root, size * sizeof(void *));
        memcpy(directory + size, t->root, size * sizeof(void *));
    }
    t->root = directory;
    t->depth++;
    return true;
}

/* Splits the full bucket that `hash` leads to into two with one more bit. */
static bool split(csp_vm *vm, walk_table *t, bucket *full, uint64_t hash)
{
    if (full->depth == t->depth && !double_directory(vm, t))
        return false;
    bucket *halves[2];
    for (unsigned i = 0; i < 2; i++) {
        halves[i] = bucket_new(vm, BUCKET_SLOTS, full->depth + 1);
        if (!halves[i])
            return false;
    }
    for (uint32_t i = 0; i < full->count; i++) {
        bucket *b = halves[hash_stir(full->slots[i].key ^ vm->hash_seed) >> full->depth & 1];
        b->slots[b->count++] = full->slots[i];
    }
    bucket **directory = t->root;
    uint64_t first = low_bits(hash, full->depth), step = (uint64_t)1 << full->depth;
    for (uint64_t i = first, half = 0; i < (uint64_t)1 << t->depth; i += step, half ^= 1)
        directory[i] = halves[half];
    heap_release(vm_heap(vm), HEAP_TRACED, full, bucket_size(full->capacity));
    return true;
}

/* The first bucket starts small: most walks are small. */
static bucket *widen(csp_vm *vm, walk_table *t, bucket *small)
{
    bucket *b = bucket_new(vm, BUCKET_SLOTS, 0);
    if (!b)
        return NULL;
    memcpy(b->slots, small->slots, small->count * sizeof *small->slots);
    b->count = small->count;
    heap_release(vm_heap(vm), HEAP_TRACED, small, bucket_size(small->capacity));
    t->root = b;
    return b;
}

value *walk_insert(csp_vm *vm, walk_table *t, uint64_t key)
{
    if (!t->root) {
        t->root = bucket_new(vm, BUCKET_FIRST, 0);
        if (!t->root)
            return NULL;
    }
    uint64_t hash = hash_stir(key ^ vm->hash_seed);
    bucket *b = bucket_of(t, hash);
    while (b->count == b->capacity) {
        if (b->capacity < BUCKET_SLOTS) {
            b = widen(vm, t, b);
            if (!b)
                return NULL;
        } else {
            if (!split(vm, t, b, hash))
                return NULL;
            b = bucket_of(t, hash);
        }
    }
    t->count++;
    b->slots[b->count].key = key;
    return &b->slots[b->count++].item;
}

void walk_remove(const csp_vm *vm, walk_table *t, uint64_t key)
{
    bucket *b = bucket_of(t, hash_stir(key ^ vm->hash_seed));
    int64_t slot = bucket_slot(b, key);
    t->count--;
    b->count--;
    b->slots[slot] = b->slots[b->count];
    b->slots[b->count].key = 0;
    b->slots[b->count].item = VALUE_ABSENT;
}

/* --- classes: the item of a member is its parent, that of a root the size of its class as
 * an int */

enum {
    TRAIL_WORDS = 3
    /* the member whose item changed, what it was (ABSENT: it was not a member), the root whose
     * class grew, or 0 */
};

static bool leave_trail(csp_vm *vm, walk_classes *c, value member, value before, value grown)
{
    if (!c->trailing)
        return true;
    uint64_t *mark = walk_push(vm, &c->trail, TRAIL_WORDS);
    if (!mark)
        return false;
    mark[0] = member;
    mark[1] = before;
    mark[2] = grown;
    c->trail_length++;
    return true;
}

/* The root of v's class; makes v a member if it is none; ABSENT: out of memory. */
static value class_of(csp_vm *vm, walk_classes *c, value v, bool *known)
{
    value *item = walk_find(vm, &c->members, v);
    *known = item != NULL;
    if (!item) {
        item = walk_insert(vm, &c->members, v);
        if (!item)
            return VALUE_ABSENT;
        *item = value_int(1);
        return leave_trail(vm, c, v, VALUE_ABSENT, VALUE_ABSENT) ? v : VALUE_ABSENT;
    }
    while (!value_is_int(*item)) {
        v = *item;
        item = walk_find(vm, &c->members, v);
    }
    return v;
}

walk_known walk_assume(csp_vm *vm, walk_classes *c, value a, value b)
{
    bool a_known, b_known;
    value x = class_of(vm, c, a, &a_known);
    if (x == VALUE_ABSENT)
        return WALK_NO_MEMORY;
    if (a == b)
        return a_known ? WALK_KNOWN : WALK_NEW;
    value y = class_of(vm, c, b, &b_known);
    if (y == VALUE_ABSENT)
        return WALK_NO_MEMORY;
    if (x == y)
        return WALK_KNOWN;
    value *size_x = walk_find(vm, &c->members, x), *size_y = walk_find(vm, &c->members, y);
    if (value_as_int(*size_x) < value_as_int(*size_y)) {
        value root = x, *size = size_x;
        x = y;
        size_x = size_y;
        y = root;
        size_y = size;
    }
    if (!leave_trail(vm, c, y, *size_y, x))
        return WALK_NO_MEMORY;
    *size_x = value_int(value_as_int(*size_x) + value_as_int(*size_y));
    *size_y = x;
    return WALK_NEW;
}

void walk_undo(const csp_vm *vm, walk_classes *c, uint64_t length)
{
    for (; c->trail_length > length; c->trail_length--) {
        const uint64_t *mark = walk_top(&c->trail, TRAIL_WORDS);
        if (mark[1] == VALUE_ABSENT) {
            walk_remove(vm, &c->members, mark[0]);
        } else {
            *walk_find(vm, &c->members, mark[0]) = mark[1];
            value *grown = walk_find(vm, &c->members, mark[2]);
            *grown = value_int(value_as_int(*grown) - value_as_int(mark[1]));
        }
        walk_pop(&c->trail, TRAIL_WORDS);
    }
}

/* --- queue */

bool walk_enqueue(csp_vm *vm, walk_queue *q, value v)
{
    enum { SLOTS = sizeof q->last->items / sizeof *q->last->items };
    if (!q->last || q->last->used == SLOTS) {
        walk_link *link = heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *link);
        if (!link)
            return false;
        if (q->last)
            q->last->next = link;
        else
            q->at = link;
        q->last = link;
    }
    q->last->items[q->last->used++] = v;
    return true;
}

void walk_dequeue(walk_queue *q)
{
    q->position++;
    if (q->position == q->at->used && q->at->next) {
        q->at = q->at->next;
        q->position = 0;
    }
}

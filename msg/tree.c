/* What is inside a message: its nodes, and the packed form of each. */
#include <stdlib.h>

#include "base/array.h"
#include "base/hash.h"
#include "msg/message.h"

/* The parts of a map with more entries than this have an index before them: by the hash of a text
 * key, one more than the number of the entry. */
enum { LINEAR = 16 };

static size_t index_size(const csp_msg *m)
{
    if (m->tag != PACKED_MAP || m->count <= LINEAR)
        return 0;
    size_t size = 2 * LINEAR;
    while (size < 2 * m->count)
        size *= 2;
    return size;
}

static uint32_t *index_of(const csp_msg *parts, size_t size)
{
    return (uint32_t *)(uintptr_t)parts - size;
}

static uint32_t hash_text(const void *seed, const uint8_t *text, size_t size)
{
    uint64_t h = (uint64_t)(uintptr_t)seed * HASH_FACTOR ^ size;
    for (; size >= 8; text += 8, size -= 8)
        h = hash_stir((h ^ packed_word(text)) * HASH_FACTOR + size);
    uint64_t last = 0;
    for (size_t i = 0; i < size; i++)
        last |= (uint64_t)text[i] << 8 * i;
    return hash_place(hash_stir(h ^ last));
}

/* --- making the tree */

typedef struct open_node {
    const csp_msg *of;
    csp_msg *next; /* to be filled */
    uint64_t left;
} open_node;

typedef struct grower {
    const msg_whole *of;
    const uint8_t *at;
    char *free; /* of the tree */
    open_node *open;
    size_t depth, room;
    const csp_msg **numbered; /* NULL: there are no references */
    size_t count;
} grower;

static void read_node(csp_msg *n, const packed_item *item, const msg_whole *of)
{
    *n = (csp_msg){.in = of, .tag = item->tag, .immutable = item->immutable};
    if (item->tag == PACKED_INT) {
        n->number = item->number;
    } else if (item->tag == PACKED_FLOAT) {
        n->real = item->real;
    } else if (packed_is_block(item->tag)) {
        n->count = item->count;
        n->data = item->data;
    } else {
        n->count = item->tag == PACKED_ERROR ? 4 : packed_parts(item) ? item->count : 0;
    }
}

/* Goes through the packed form once: how much the tree takes, and how many values are numbered. */
static size_t measure(const msg_whole *m, size_t *numbered)
{
    size_t bytes = 0;
    const uint8_t *at = m->packed + PACKED_HEAD, *end = m->packed + m->packed_size;
    *numbered = 0;
    while (at < end) {
        packed_item item;
        packed_next(&at, &item);
        *numbered += packed_is_numbered(&item);
        csp_msg n = {.tag = item.tag, .count = item.count};
        uint64_t parts = packed_parts(&item);
        bytes += parts * sizeof n + (parts ? index_size(&n) * sizeof(uint32_t) : 0);
    }
    return bytes;
}

static bool open(grower *g, csp_msg *n, uint64_t parts)
{
    open_node *open = array_room(g->open, &g->room, g->depth + 1, sizeof *open);
    if (!open)
        return false;
    g->open = open;
    g->free += index_size(n) * sizeof(uint32_t);
    csp_msg *items = (csp_msg *)(void *)g->free;
    g->free += parts * sizeof *items;
    g->open[g->depth++] = (open_node){n, items, parts};
    n->parts = items;
    return true;
}

static void index_map(const csp_msg *m)
{
    size_t size = index_size(m);
    if (size == 0)
        return;
    const csp_msg *parts = m->parts;
    uint32_t *index = index_of(parts, size), mask = (uint32_t)(size - 1);
    for (uint64_t i = 0; i < m->count; i++) {
        const csp_msg *key = &parts[2 * i];
        if (key->tag != PACKED_STRING)
            continue;
        uint32_t place = hash_text(m->in, key->data, key->count) & mask;
        while (index[place])
            place = (place + 1) & mask;
        index[place] = (uint32_t)i + 1;
    }
}

/* The same value once more: it has the same parts. */
static void refer(csp_msg *n, const csp_msg *target)
{
    memcpy((void *)n, (const void *)target, sizeof *n);
}

static bool fill_one(grower *g, csp_msg *n)
{
    packed_item item;
    packed_next(&g->at, &item);
    if (item.tag == PACKED_REFERENCE) {
        refer(n, g->numbered[item.count]);
        return true;
    }
    read_node(n, &item, g->of);
    if (packed_is_numbered(&item)) {
        if (g->numbered)
            g->numbered[g->count] = n;
        n->numbered = (uint32_t)++g->count;
    }
    uint64_t parts = packed_parts(&item);
    return parts == 0 || open(g, n, parts);
}

static bool fill(grower *g, csp_msg *root)
{
    if (!fill_one(g, root))
        return false;
    while (g->depth > 0) {
        open_node *o = &g->open[g->depth - 1];
        if (o->left == 0) {
            index_map(o->of);
            g->depth--;
            continue;
        }
        o->left--;
        if (!fill_one(g, o->next++))
            return false;
    }
    return true;
}

/* *root: a copy of the message's own node, with its parts. */
static void *grow(const msg_whole *m, csp_msg *root)
{
    size_t numbered, bytes = measure(m, &numbered);
    grower g = {.of = m, .at = m->packed + PACKED_HEAD};
    void *tree = calloc(1, bytes + 1);
    bool refers = m->packed[PACKED_MARKS] & PACKED_HAS_REFERENCES;
    g.free = tree;
    g.numbered = refers ? calloc(numbered + 1, sizeof *g.numbered) : NULL;
    bool ok = tree && (!refers || g.numbered) && fill(&g, root);
    free(g.open);
    free(g.numbered);
    if (ok)
        return tree;
    free(tree);
    return NULL;
}

const csp_msg *message_parts(const csp_msg *m)
{
    const csp_msg *known = m->parts;
    if (known)
        return known;
    const msg_whole *of = m->in;
    csp_msg root;
    void *tree = grow(of, &root);
    if (!tree)
        return NULL;
    msg_whole *owner = (msg_whole *)(uintptr_t)of;
    if (atomic_compare_exchange_strong(&owner->self.parts, &known, root.parts)) {
        owner->tree = tree;
        return root.parts;
    }
    free(tree);
    return known;
}

uint32_t message_numbered(const csp_msg *m)
{
    size_t numbered = 1;
    if (m->in->packed)
        measure(m->in, &numbered);
    return (uint32_t)numbered + 1;
}

/* --- looking up */

static const csp_msg *find(const csp_msg *m, const uint8_t *name, size_t size)
{
    const csp_msg *parts = message_parts(m);
    size_t places = index_size(m);
    if (!parts)
        return NULL;
    if (places == 0) {
        for (uint64_t i = 0; i < m->count; i++) {
            const csp_msg *key = &parts[2 * i];
            if (key->tag == PACKED_STRING && key->count == size &&
                memcmp(key->data, name, size) == 0)
                return key + 1;
        }
        return NULL;
    }
    const uint32_t *index = index_of(parts, places);
    size_t place = hash_text(m->in, name, size) & (places - 1);
    for (; index[place]; place = (place + 1) & (places - 1)) {
        const csp_msg *key = &parts[2 * (size_t)(index[place] - 1)];
        if (key->count == size && memcmp(key->data, name, size) == 0)
            return key + 1;
    }
    return NULL;
}

const csp_msg *csp_msg_field(const csp_msg *m, const char *name)
{
    static const char *const error_fields[] = {"kind", "message", "data", "cause"};
    if (!m || !name)
        return NULL;
    if (m->tag == PACKED_MAP && m->count > 0)
        return find(m, (const uint8_t *)name, strlen(name));
    if (m->tag != PACKED_ERROR)
        return NULL;
    const csp_msg *parts = message_parts(m);
    for (size_t i = 0; parts && i < 4; i++)
        if (strcmp(name, error_fields[i]) == 0)
            return &parts[i];
    return NULL;
}

/* --- the packed form of a part */

typedef struct cursor {
    const csp_msg *next;
    uint64_t left;
} cursor;

/* The new numbers of what has been packed, by the old ones: open addressing. */
typedef struct renumber {
    struct {
        uint32_t old; /* one more; 0: free */
        uint32_t new;
    } * places;
    size_t size, count;
} renumber;

static size_t place_of(const renumber *r, uint32_t old)
{
    size_t at = hash_place(old) & (r->size - 1);
    while (r->places[at].old && r->places[at].old != old)
        at = (at + 1) & (r->size - 1);
    return at;
}

static bool enter(renumber *r, uint32_t old)
{
    if (2 * (r->count + 1) > r->size) {
        renumber larger = {.size = r->size ? 2 * r->size : 64, .count = r->count};
        larger.places = calloc(larger.size, sizeof *larger.places);
        if (!larger.places)
            return false;
        for (size_t i = 0; i < r->size; i++)
            if (r->places[i].old)
                larger.places[place_of(&larger, r->places[i].old)] = r->places[i];
        free(r->places);
        *r = larger;
    }
    size_t at = place_of(r, old);
    r->places[at].old = old;
    r->places[at].new = (uint32_t)r->count++;
    return true;
}

static bool pack_node(packer *p, renumber *r, const csp_msg *m, uint64_t *parts)
{
    *parts = 0;
    if (m->numbered) {
        size_t at = r->size ? place_of(r, m->numbered) : 0;
        if (r->size && r->places[at].old) {
            pack_reference(p, r->places[at].new);
            return true;
        }
        if (!enter(r, m->numbered))
            return false;
    }
    if (m->tag < PACKED_RANGE || m->tag == PACKED_BUFFER) {
        message_pack_scalar(p, m);
        return true;
    }
    packed_item item = {.tag = m->tag, .count = m->count};
    pack_open(p, m->tag, m->immutable, m->count);
    *parts = packed_parts(&item);
    return true;
}

static bool pack_nodes(packer *p, const csp_msg *m, renumber *r, cursor **open, size_t *room)
{
    size_t depth = 0;
    for (const csp_msg *n = m; n;) {
        uint64_t parts;
        if (!pack_node(p, r, n, &parts))
            return false;
        if (parts > 0) {
            cursor *grown = array_room(*open, room, depth + 1, sizeof *grown);
            if (!grown)
                return false;
            *open = grown;
            (*open)[depth++] = (cursor){n->parts, parts};
        }
        while (depth > 0 && (*open)[depth - 1].left == 0)
            depth--;
        n = NULL;
        if (depth > 0) {
            (*open)[depth - 1].left--;
            n = (*open)[depth - 1].next++;
        }
    }
    return true;
}

bool message_pack(packer *p, const csp_msg *m)
{
    renumber r = {NULL, 0, 0};
    cursor *open_ = NULL;
    size_t room = 0;
    pack_head(p);
    bool ok = pack_nodes(p, m, &r, &open_, &room);
    free(r.places);
    free(open_);
    return ok && !p->failed;
}

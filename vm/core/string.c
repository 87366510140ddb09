/* String and bytes objects.
 *
 * Texts are often given as pointers into an object, which do not keep it alive: the caller holds
 * the object. */
#include "vm/core/string.h"

#include <stdarg.h>

#include "base/hash.h"
#include "base/utf8.h"
#include "vm/core/text.h"
#include "vm/core/vm.h"

/* A longer text that is not ASCII gets a table of offsets: the byte offset of each 64th code point,
 * from the 64th on. */
enum { INDEXED_SIZE = 256, INDEX_STEP = 64 };

/* The table stands after the text. */
typedef struct string_index {
    uint32_t ready; /* how many offsets are filled in */
    uint32_t offsets[];
} string_index;

/* --- making */

static bool has_index(uint32_t size, bool ascii) { return !ascii && size > INDEXED_SIZE; }

static size_t index_offset(uint32_t size)
{
    return (offsetof(string, text) + size + 1 + 3) & ~(size_t)3;
}

static string_index *index_of(string *s)
{
    return (string_index *)(void *)((char *)s + index_offset(s->size));
}

/* A string with its header set; the caller fills in the text. NULL: out of memory. */
static string *string_alloc(csp_vm *vm, size_t size, uint32_t length)
{
    bool ascii = length == size;
    if (size > STRING_MAX)
        return NULL;
    size_t total = offsetof(string, text) + size + 1;
    if (has_index((uint32_t)size, ascii))
        total = index_offset((uint32_t)size) + sizeof(string_index) +
                length / INDEX_STEP * sizeof(uint32_t);
    string *s = heap_alloc_raw(vm_heap(vm), HEAP_BYTES, total);
    if (s == NULL)
        return NULL;
    s->header = OBJ_STRING | OBJ_IMMUTABLE | (ascii ? STRING_ASCII : 0);
    s->size = (uint32_t)size;
    s->length = length;
    s->hash = 0;
    s->text[size] = '\0';
    if (has_index((uint32_t)size, ascii))
        index_of(s)->ready = 0;
    return s;
}

string *str_blank(csp_vm *vm, size_t size, size_t length)
{
    return size <= STRING_MAX ? string_alloc(vm, size, (uint32_t)length) : NULL;
}

static value string_make(csp_vm *vm, const char *utf8, size_t size, uint32_t length)
{
    string *s = string_alloc(vm, size, length);
    if (s == NULL)
        return VALUE_ABSENT;
    memcpy(s->text, utf8, size);
    return value_object(s);
}

/* The empty string and those of one ASCII character exist once each, made when first needed. */
static value string_common(csp_vm *vm, const char *utf8, size_t size)
{
    value *place = size == 0 ? &vm->empty_string : &vm->characters[(unsigned char)*utf8];
    if (*place == VALUE_ABSENT)
        *place = string_make(vm, utf8, size, (uint32_t)size);
    return *place;
}

/* The text is valid UTF-8 and its code points have been counted. */
static value string_of(csp_vm *vm, const char *utf8, size_t size, uint32_t length)
{
    if (size == 0 || (size == 1 && length == 1))
        return string_common(vm, utf8, size);
    return string_make(vm, utf8, size, length);
}

value str_new(csp_vm *vm, const char *utf8, size_t size)
{
    if (size > STRING_MAX)
        return VALUE_ABSENT;
    return string_of(vm, utf8, size, (uint32_t)utf8_count(utf8, size));
}

value str_part(csp_vm *vm, const string *s, uint32_t from, uint32_t to)
{
    uint32_t size = to - from;
    bool ascii = (s->header & STRING_ASCII) != 0;
    return string_of(vm, s->text + from, size,
                     ascii ? size : (uint32_t)utf8_count(s->text + from, size));
}

value str_repaired(csp_vm *vm, const char *data, size_t size)
{
    size_t bad = utf8_check(data, size);
    if (bad == size)
        return str_new(vm, data, size);
    text t;
    text_init(&t, vm);
    for (; bad < size; bad = utf8_check(data, size)) {
        text_add(&t, data, bad);
        text_add(&t, "\xef\xbf\xbd", 3);
        data += bad + 1;
        size -= bad + 1;
    }
    text_add(&t, data, size);
    return text_string(&t);
}

value str_format(csp_vm *vm, const char *format, ...)
{
    char local[512];
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(local, sizeof local, format, arguments);
    va_end(arguments);
    if (size < 0)
        return VALUE_ABSENT;
    const char *data = local;
    char *block = NULL;
    if ((size_t)size >= sizeof local) {
        block = heap_alloc_raw(vm_heap(vm), HEAP_BYTES, (size_t)size + 1);
        if (block == NULL)
            return VALUE_ABSENT;
        va_start(arguments, format);
        vsnprintf(block, (size_t)size + 1, format, arguments);
        va_end(arguments);
        data = block;
    }
    value v = str_repaired(vm, data, (size_t)size);
    if (block != NULL)
        heap_release(vm_heap(vm), HEAP_BYTES, block, (size_t)size + 1);
    return v;
}

value str_concat(csp_vm *vm, value a, value b)
{
    const string *x = value_string(a);
    const string *y = value_string(b);
    if (x->size == 0)
        return b;
    if (y->size == 0)
        return a;
    string *s = string_alloc(vm, (size_t)x->size + y->size, x->length + y->length);
    if (s == NULL)
        return VALUE_ABSENT;
    memcpy(s->text, x->text, x->size);
    memcpy(s->text + x->size, y->text, y->size);
    return value_object(s);
}

bytes *bytes_blank(csp_vm *vm, size_t size)
{
    if (size > STRING_MAX)
        return NULL;
    bytes *b = heap_alloc_raw(vm_heap(vm), HEAP_BYTES, sizeof *b + size + 1);
    if (b == NULL)
        return NULL;
    b->data[size] = 0;
    b->header = OBJ_BYTES | OBJ_IMMUTABLE;
    b->size = (uint32_t)size;
    b->hash = 0;
    return b;
}

value bytes_new(csp_vm *vm, const void *data, size_t size)
{
    bytes *b = bytes_blank(vm, size);
    if (b == NULL)
        return VALUE_ABSENT;
    if (size > 0) /* data may be NULL */
        memcpy(b->data, data, size);
    return value_object(b);
}

/* --- hashing: SipHash-1-3, so that nobody can choose colliding keys without the VM's seed */

typedef struct sip {
    uint64_t v0, v1, v2, v3;
} sip;

static uint64_t rotate(uint64_t word, unsigned by) { return word << by | word >> (64 - by); }

static void sip_round(sip *s)
{
    s->v0 += s->v1;
    s->v1 = rotate(s->v1, 13) ^ s->v0;
    s->v0 = rotate(s->v0, 32);
    s->v2 += s->v3;
    s->v3 = rotate(s->v3, 16) ^ s->v2;
    s->v0 += s->v3;
    s->v3 = rotate(s->v3, 21) ^ s->v0;
    s->v2 += s->v1;
    s->v1 = rotate(s->v1, 17) ^ s->v2;
    s->v2 = rotate(s->v2, 32);
}

static uint64_t sip_hash(const char *data, size_t size, uint64_t seed)
{
    uint64_t second = seed * HASH_FACTOR + 1; /* the other half of the key */
    sip s = {seed ^ 0x736f6d6570736575U, second ^ 0x646f72616e646f6dU, seed ^ 0x6c7967656e657261U,
             second ^ 0x7465646279746573U};
    size_t at = 0;
    for (; size - at >= 8; at += 8) {
        uint64_t word;
        memcpy(&word, data + at, sizeof word);
        s.v3 ^= word;
        sip_round(&s);
        s.v0 ^= word;
    }
    uint64_t last = 0;
    memcpy(&last, data + at, size - at);
    last |= (uint64_t)size << 56;
    s.v3 ^= last;
    sip_round(&s);
    s.v0 ^= last;
    s.v2 ^= 0xff;
    sip_round(&s);
    sip_round(&s);
    sip_round(&s);
    return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

/* Of a very long text, only the beginning, the end and the size are hashed. To make many collide,
 * an attacker has to send that many long texts, and comparing them then costs no more than
 * sending them. */
static uint32_t hash_text(const csp_vm *vm, const char *utf8, size_t size)
{
    enum { PART = 32 << 10 };
    uint64_t h;
    if (size <= 2 * PART)
        h = sip_hash(utf8, size, vm->hash_seed);
    else
        h = sip_hash(utf8, PART, vm->hash_seed + size) ^
            rotate(sip_hash(utf8 + size - PART, PART, vm->hash_seed), 1);
    uint32_t folded = (uint32_t)(h ^ h >> 32);
    return folded != 0 ? folded : 1;
}

uint32_t str_hash(const csp_vm *vm, string *s)
{
    if (s->hash == 0)
        s->hash = hash_text(vm, s->text, s->size);
    return s->hash;
}

/* --- interning: open addressing, at most half full. The table holds its strings weakly
 * (code_table.c says how). */

/* Marks the place of a string that was collected. */
#define GONE ((string *)(uintptr_t)HEAP_GRANULE)

static uint32_t interned_live(const csp_vm *vm)
{
    uint32_t live = 0;
    for (uint32_t i = 0; vm->interned && i <= vm->interned_mask; i++)
        live += vm->interned[i] != NULL && vm->interned[i] != GONE;
    return live;
}

typedef struct interned_table {
    csp_vm *vm;
    string **entries;
    uint32_t mask;
} interned_table;

static void interned_move(void *data)
{
    const interned_table *to = data;
    csp_vm *vm = to->vm;
    vm->interned_count = 0;
    for (uint32_t i = 0; vm->interned && i <= vm->interned_mask; i++) {
        string *s = vm->interned[i];
        if (s == NULL || s == GONE)
            continue;
        uint32_t at = s->hash & to->mask;
        while (to->entries[at] != NULL)
            at = (at + 1) & to->mask;
        to->entries[at] = s;
        vm->interned_count++;
    }
    vm->interned = to->entries;
    vm->interned_mask = to->mask;
}

static bool interned_grow(csp_vm *vm)
{
    uint32_t size = 256;
    for (uint32_t live = interned_live(vm); size / 4 < live;)
        size *= 2;
    interned_table to = {
        .vm = vm, .entries = heap_pinned_plain(size * sizeof(void *)), .mask = size - 1};
    if (to.entries == NULL)
        return false;
    string **old = vm->interned;
    heap_locked(interned_move, &to);
    if (old != NULL)
        heap_unpin((void *)old);
    return true;
}

/* The place of a text in the table, which is there: its string, or NULL. */
static string **interned_slot(const csp_vm *vm, uint32_t hash, const char *utf8, size_t size)
{
    uint32_t at = hash & vm->interned_mask;
    for (string *s; (s = vm->interned[at]) != NULL; at = (at + 1) & vm->interned_mask)
        if (s != GONE && s->hash == hash && s->size == size && memcmp(s->text, utf8, size) == 0)
            break;
    return &vm->interned[at];
}

value str_interned(const csp_vm *vm, string *s)
{
    if (vm->interned == NULL)
        return VALUE_ABSENT;
    string *found = *interned_slot(vm, str_hash(vm, s), s->text, s->size);
    return found != NULL ? value_object(found) : VALUE_ABSENT;
}

value str_intern(csp_vm *vm, const char *utf8, size_t size)
{
    if ((vm->interned == NULL || vm->interned_count > vm->interned_mask / 2) && !interned_grow(vm))
        return VALUE_ABSENT;
    uint32_t hash = hash_text(vm, utf8, size);
    string **slot = interned_slot(vm, hash, utf8, size);
    if (*slot != NULL)
        return value_object(*slot);
    value v = str_new(vm, utf8, size);
    if (v == VALUE_ABSENT)
        return VALUE_ABSENT;
    value_string(v)->hash = hash;
    *slot = value_string(v);
    vm->interned_count++;
    return v;
}

void str_push_interned(const csp_vm *vm)
{
    if (vm->interned != NULL)
        heap_push_range(vm->interned, vm->interned + vm->interned_mask + 1);
}

void str_judge_interned(csp_vm *vm)
{
    for (uint32_t i = 0; vm->interned && i <= vm->interned_mask; i++)
        if (vm->interned[i] != NULL && vm->interned[i] != GONE && !heap_is_marked(vm->interned[i]))
            vm->interned[i] = GONE;
}

/* --- comparing and searching */

bool str_equal(const string *a, const string *b)
{
    if (a == b)
        return true;
    if (a->size != b->size || (a->hash != b->hash && a->hash != 0 && b->hash != 0))
        return false;
    return memcmp(a->text, b->text, a->size) == 0;
}

int str_compare(const string *a, const string *b)
{
    int order = memcmp(a->text, b->text, a->size < b->size ? a->size : b->size);
    if (order != 0)
        return order < 0 ? -1 : 1;
    return (a->size > b->size) - (a->size < b->size);
}

int64_t str_find(const string *s, const string *part, uint32_t from)
{
    if (from > s->size)
        return -1;
    /* A single byte, as most separators are, does not need memmem's set-up. */
    const char *in = s->text + from;
    uint32_t size = s->size - from;
    const char *found = part->size == 1 ? memchr(in, part->text[0], size)
                                        : memmem(in, size, part->text, part->size);
    return found != NULL ? found - s->text : -1;
}

/* --- code points */

/* The byte offset `count` code points after `at`. */
static uint32_t skip_code_points(const char *utf8, uint32_t at, uint32_t count)
{
    for (; count > 0; count--) {
        uint8_t first = (uint8_t)utf8[at];
        at += first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    }
    return at;
}

static bool index_ready(string *s) { return index_of(s)->ready == s->length / INDEX_STEP; }

bool str_indexed(string *s)
{
    return !has_index(s->size, (s->header & STRING_ASCII) != 0) || index_ready(s);
}

bool str_index_step(string *s)
{
    enum { ENTRIES = 2048 };
    if (str_indexed(s))
        return true;
    string_index *index = index_of(s);
    uint32_t all = s->length / INDEX_STEP,
             stop = all - index->ready > ENTRIES ? index->ready + ENTRIES : all;
    uint32_t at = index->ready > 0 ? index->offsets[index->ready - 1] : 0;
    for (uint32_t i = index->ready; i < stop; i++)
        index->offsets[i] = at = skip_code_points(s->text, at, INDEX_STEP);
    index->ready = stop;
    return stop == all;
}

static const uint32_t *offsets_of(string *s)
{
    while (!str_index_step(s)) {
    }
    return index_of(s)->offsets;
}

uint32_t str_offset(string *s, uint32_t index)
{
    if ((s->header & STRING_ASCII) != 0)
        return index;
    if (index == s->length)
        return s->size;
    if (index < INDEX_STEP || !has_index(s->size, false))
        return skip_code_points(s->text, 0, index);
    return skip_code_points(s->text, offsets_of(s)[index / INDEX_STEP - 1], index % INDEX_STEP);
}

uint32_t str_index_at(string *s, uint32_t offset)
{
    if ((s->header & STRING_ASCII) != 0)
        return offset;
    if (offset == s->size)
        return s->length;
    if (!has_index(s->size, false))
        return (uint32_t)utf8_count(s->text, offset);
    /* The number of table offsets that are not after it: 64 code points stand before it for each
     * of them. */
    const uint32_t *offsets = offsets_of(s);
    uint32_t low = 0, high = s->length / INDEX_STEP;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (offsets[middle] <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    uint32_t from = low > 0 ? offsets[low - 1] : 0;
    return low * INDEX_STEP + (uint32_t)utf8_count(s->text + from, offset - from);
}

value str_at(csp_vm *vm, string *s, uint32_t index)
{
    uint32_t at = str_offset(s, index);
    return string_of(vm, s->text + at, skip_code_points(s->text, at, 1) - at, 1);
}

value str_slice(csp_vm *vm, string *s, uint32_t from, uint32_t to)
{
    if (from == 0 && to == s->length)
        return value_object(s);
    uint32_t start = str_offset(s, from);
    uint32_t end = str_offset(s, to);
    return string_of(vm, s->text + start, end - start, to - from);
}

/* Regex: its part in C. Short texts are searched at once, long ones, and what takes long, on the
 * VM's pool, some matches at a time; the values of the matches are made in steps. */
#include <stdlib.h>

#include "stdlib/natives.h"
#include "stdlib/regex_code.h"
#include "stdlib/string_parts.h"
#include "vm/core/steps.h"
#include "vm/data/hosted.h"
#include "vm/native.h"
#include "vm/outside/request.h"

static void finalize(csp_vm *vm, const hosted_class *of, void *data)
{
    (void)vm;
    (void)of;
    regex_drop(data);
}

static const hosted_class regex_class = {
    .name = "regex", .phrase = "a regex", .finalize = finalize, .shared = true};

static regex_code *regex_arg(csp_vm *vm, process *p, value v)
{
    void *data;
    return hosted_use(vm, p, v, &regex_class, &data) == VERDICT_DONE ? data : NULL;
}

/* --- compile */

static value bad_pattern(csp_vm *vm, process *p, string *pattern, const regex_failure *f)
{
    uint32_t column = str_index_at(pattern, (uint32_t)f->at) + 1;
    value message = str_format(vm, "bad pattern, column %u: %s", (unsigned)column, f->message);
    value kind = str_intern(vm, "value_error", 11), name = str_intern(vm, "column", 6);
    value data = map_new(vm, p, 1);
    bool ok = message != VALUE_ABSENT && kind != VALUE_ABSENT && name != VALUE_ABSENT &&
              data != VALUE_ABSENT && map_put(vm, value_map(data), name, value_int(column));
    return ok ? error_new(vm, kind, message, data) : VALUE_ABSENT;
}

/* What the arguments ask for; false: raised. */
static bool compile_args(csp_vm *vm, process *p, const value *args, char flags[8], uint32_t *limit)
{
    string *pattern = native_string_arg(vm, p, args[0]);
    string *wanted = pattern ? native_string_arg(vm, p, args[1]) : NULL;
    int64_t most = 0;
    if (!wanted || (args[2] != VALUE_NIL &&
                    !native_int_arg(vm, p, args[2], "an int as the limit, or nil", &most)))
        return false;
    if (args[2] != VALUE_NIL && (most < 1 || most > UINT32_MAX)) {
        vm_raise(vm, ERR_VALUE, "a limit is 1 to 2 ** 32 - 1");
        return false;
    }
    *limit = (uint32_t)most;
    size_t count = 0;
    for (const char *all = "imsx"; *all; all++)
        if (memchr(wanted->text, *all, wanted->size))
            flags[count++] = *all;
    flags[count] = '\0';
    if (count != wanted->size) {
        vm_raise(vm, ERR_VALUE, "flags are some of i m s x, each once");
        return false;
    }
    return true;
}

static verdict regex_make(csp_vm *vm, process *p, value *args, value *result)
{
    enum { COMPILING = 200 /* reductions */ };
    char flags[8];
    uint32_t limit;
    if (!compile_args(vm, p, args, flags, &limit))
        return VERDICT_FAIL;
    string *pattern = value_string(args[0]);
    regex_failure failure = {.why = REGEX_BAD, .message = "longer than 64 KiB"};
    vm_charge(vm, COMPILING);
    regex_code *re = pattern->size <= REGEX_PATTERN_MOST
                         ? regex_compile(pattern->text, pattern->size, flags, limit, &failure)
                         : NULL;
    if (!re && failure.why == REGEX_BAD)
        return vm_give(vm, bad_pattern(vm, p, pattern, &failure), result);
    if (!re && failure.why == REGEX_NO_LIBRARY)
        return vm_give(vm, error_make(vm, ERR_NOT_FOUND, "libpcre2-8.so.0 is not installed"),
                       result);
    value made = re ? hosted_new(vm, p, &regex_class, re, pattern->size * 8 + 1024) : VALUE_ABSENT;
    if (made == VALUE_ABSENT && re)
        regex_drop(re);
    return vm_give(vm, made, result);
}

/* The number of groups, and a map from their names to their numbers. */
static verdict regex_info(csp_vm *vm, process *p, value *args, value *result)
{
    const regex_code *re = regex_arg(vm, p, args[0]);
    if (!re)
        return VERDICT_FAIL;
    value names = map_new(vm, p, 0);
    uint32_t group;
    const char *name;
    for (uint32_t i = 0; names != VALUE_ABSENT && (name = regex_name(re, i, &group)); i++) {
        value key = str_new(vm, name, strlen(name));
        if (key == VALUE_ABSENT || !map_put(vm, value_map(names), key, value_int(group)))
            return vm_raise_memory(vm);
    }
    if (names == VALUE_ABSENT)
        return vm_raise_memory(vm);
    return vm_give(vm, tuple_new(vm, p, (value[]){value_int(regex_groups(re)), names}, 2), result);
}

/* --- searching */

enum { AT_ONCE = 4096 /* bytes */, ROOM = 1024 /* matches */, PLACES = 16 << 10 };

enum { MATCH_KEYS = 5 };

/* The state of a search. `found`: the matches that values are still made of, from `next` on. */
typedef struct finding {
    uint64_t header;
    regex_scan scan;
    size_t *found;
    uint32_t count, next;
    regex_end end;
    bool began, waiting;
    bool pool;    /* it takes long */
    value parts;  /* of the match under way: its text, and those of its groups */
    value made;   /* the list of matches */
    value growth; /* as list_reserve_step has it */
    value piece[2];
    value keys[MATCH_KEYS]; /* of the map of a match */
} finding;

typedef struct regex_request {
    request base;
    regex_code *re;
    const char *text;
    size_t size;
    regex_scan scan;
    uint32_t room, count;
    regex_end end;
    size_t found[];
} regex_request;

static void work(request *r)
{
    regex_request *q = (regex_request *)r;
    q->end = regex_run(q->re, q->text, q->size, &q->scan, false, q->found, q->room, &q->count);
}

static void drop(request *r)
{
    regex_drop(((regex_request *)r)->re);
    free(r);
}

static const request_kind search_kind = {
    .what = "a regular expression", .work = work, .drop = drop};

static uint32_t room_of(const regex_code *c, int64_t most)
{
    uint32_t room = PLACES / (2 * (regex_groups(c) + 1)) + 1;
    room = room < ROOM ? room : ROOM;
    return most < room ? (uint32_t)most : room;
}

static size_t bytes_of(const regex_code *c, uint32_t room)
{
    return room * 2 * (regex_groups(c) + (size_t)1) * sizeof(size_t);
}

/* Hands the search on to the pool: BLOCK or FAIL. */
static verdict search_far(csp_vm *vm, process *p, finding *f, regex_code *c, value text,
                          uint32_t room)
{
    regex_request *q = calloc(1, sizeof *q + bytes_of(c, room));
    if (!q)
        return vm_raise_memory(vm);
    q->base.kind = &search_kind;
    q->re = regex_hold(c);
    q->text = value_string(text)->text;
    q->size = value_string(text)->size;
    q->scan = f->scan;
    q->room = room;
    f->waiting = true;
    return request_start(vm, p, &q->base, &text, 1, sizeof *q + bytes_of(c, room));
}

static void search_arrived(csp_vm *vm, process *p, finding *f, const regex_code *c)
{
    request *r = request_take(vm, p);
    const regex_request *q = (const regex_request *)r;
    f->waiting = false;
    f->scan = q->scan;
    f->end = q->end;
    f->count = q->count;
    memcpy(f->found, q->found, bytes_of(c, q->count));
    request_dispose(vm, r);
}

/* Fills f->found: DONE, BLOCK or FAIL. */
static verdict search(csp_vm *vm, process *p, finding *f, regex_code *c, value text, int64_t most)
{
    const string *s = value_string(text);
    uint32_t room = room_of(c, most);
    if (!f->found)
        f->found = heap_alloc(vm_heap(vm), HEAP_BYTES, bytes_of(c, room));
    if (!f->found)
        return vm_raise_memory(vm);
    f->next = f->count = 0;
    f->began = true;
    if (s->size > AT_ONCE || f->pool)
        return search_far(vm, p, f, c, text, room);
    regex_scan before = f->scan;
    f->end = regex_run(c, s->text, s->size, &f->scan, true, f->found, room, &f->count);
    vm_charge(vm, (f->scan.at - before.at) / STRING_CHARACTERS_PER_REDUCTION + f->count);
    if (f->end == REGEX_LIMIT) { /* once more, with all the time there is */
        f->scan = before;
        f->count = 0;
        f->pool = true;
        return search_far(vm, p, f, c, text, room);
    }
    return VERDICT_DONE;
}

/* --- matches as values */

/* The next part of the match under way. */
static verdict make_part(csp_vm *vm, finding *f, const string *s, const size_t *places)
{
    list *parts = value_list(f->parts);
    const size_t *place = places + 2 * (size_t)parts->count;
    value part = VALUE_NIL;
    if (place[0] != SIZE_MAX && place[0] <= place[1]) {
        verdict v = string_part(vm, s, (uint32_t)place[0], (uint32_t)place[1], f->piece, &part);
        if (v != VERDICT_DONE)
            return v;
        f->piece[0] = f->piece[1] = VALUE_ABSENT;
    }
    return list_push(vm, parts, part) ? VERDICT_DONE : vm_raise_memory(vm);
}

static const char *const match_keys[MATCH_KEYS] = {"text", "start", "stop", "groups", "names"};

/* Once for all matches of a search. False: no memory. */
static bool find_keys(csp_vm *vm, finding *f)
{
    for (int i = 0; i < MATCH_KEYS; i++)
        if ((f->keys[i] = str_intern(vm, match_keys[i], strlen(match_keys[i]))) == VALUE_ABSENT)
            return false;
    return true;
}

/* The map of a match whose parts are there; ABSENT: no memory. */
static value make_match(csp_vm *vm, process *p, const finding *f, const regex_code *c, string *s,
                        const size_t *places)
{
    const list *parts = value_list(f->parts);
    value m = map_new(vm, p, MATCH_KEYS), names = map_new(vm, p, 0);
    value groups = list_new(vm, p, parts->items + 1, parts->count - 1);
    if (m == VALUE_ABSENT || names == VALUE_ABSENT || groups == VALUE_ABSENT)
        return VALUE_ABSENT;
    uint32_t group;
    const char *name;
    for (uint32_t i = 0; (name = regex_name(c, i, &group)); i++) {
        value key = str_new(vm, name, strlen(name));
        if (key == VALUE_ABSENT || !map_put(vm, value_map(names), key, parts->items[group]))
            return VALUE_ABSENT;
    }
    const value items[MATCH_KEYS] = {
        parts->items[0], value_int(str_index_at(s, (uint32_t)places[0])),
        value_int(str_index_at(s, (uint32_t)places[1])), groups, names};
    bool ok = true;
    for (int i = 0; ok && i < MATCH_KEYS; i++)
        ok = map_put(vm, value_map(m), f->keys[i], items[i]);
    return ok ? m : VALUE_ABSENT;
}

/* Makes the next match a value: DONE, YIELD or FAIL. */
static verdict make_next(csp_vm *vm, process *p, finding *f, const regex_code *c, string *s)
{
    const size_t *places = f->found + (size_t)f->next * 2 * (regex_groups(c) + 1);
    list *made = value_list(f->made);
    size_t room = (size_t)made->count + 1;
    if (f->parts == VALUE_ABSENT && (f->parts = list_new(vm, p, NULL, 0)) == VALUE_ABSENT)
        return vm_raise_memory(vm);
    while (value_list(f->parts)->count <= regex_groups(c)) {
        verdict v = make_part(vm, f, s, places);
        if (v != VERDICT_DONE)
            return v;
    }
    if (list_grows_long(vm, made, room)) {
        verdict v = list_reserve_step(vm, made, room, &f->growth);
        if (v != VERDICT_DONE)
            return v;
    }
    value m = make_match(vm, p, f, c, s, places);
    if (m == VALUE_ABSENT || !list_push(vm, made, m))
        return vm_raise_memory(vm);
    f->parts = VALUE_ABSENT;
    f->next++;
    return VERDICT_DONE;
}

static value limit_error(csp_vm *vm)
{
    value kind = str_intern(vm, "limit", 5);
    value message = str_format(vm, "the regular expression takes too long here");
    return kind == VALUE_ABSENT || message == VALUE_ABSENT
               ? VALUE_ABSENT
               : error_new(vm, kind, message, VALUE_NIL);
}

/* Begins in args[4]; false: raised. */
static bool find_begin(csp_vm *vm, process *p, value *args)
{
    string *s = native_string_arg(vm, p, args[1]);
    int64_t from, most;
    if (!s || !native_int_arg(vm, p, args[2], "an int", &from) ||
        !native_int_arg(vm, p, args[3], "an int", &most))
        return false;
    finding *f = heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *f);
    value made = f ? list_new(vm, p, NULL, 0) : VALUE_ABSENT;
    if (made == VALUE_ABSENT || !find_keys(vm, f)) {
        vm_raise_memory(vm);
        return false;
    }
    f->header = OBJ_WALK;
    f->made = made;
    f->scan.at = str_offset(s, (uint32_t)from);
    args[4] = value_object(f);
    return true;
}

/* args: the regex, the text, the code point from which on, how many matches at most (at least one);
 * slot: the search. A list of matches, or the error value `limit`. */
static verdict regex_find(csp_vm *vm, process *p, value *args, value *result)
{
    enum { MATCHES_PER_STEP = 64, REDUCTIONS_PER_MATCH = 16 };
    regex_code *c = regex_arg(vm, p, args[0]);
    if (!c)
        return VERDICT_FAIL;
    if (value_is(args[1], OBJ_STRING) && !str_index_step(value_string(args[1]))) {
        vm_charge(vm, long_bytes(vm) / STRING_BYTES_PER_REDUCTION);
        return VERDICT_YIELD;
    }
    if (args[4] == VALUE_ABSENT && !find_begin(vm, p, args))
        return VERDICT_FAIL;
    finding *f = value_as_object(args[4]);
    if (f->waiting)
        search_arrived(vm, p, f, c);
    verdict v = VERDICT_DONE;
    for (unsigned i = 0; v == VERDICT_DONE && f->next < f->count; i++) {
        if (i == MATCHES_PER_STEP)
            return VERDICT_YIELD;
        vm_charge(vm, REDUCTIONS_PER_MATCH);
        v = make_next(vm, p, f, c, value_string(args[1]));
    }
    if (v != VERDICT_DONE)
        return v;
    int64_t left = value_as_int(args[3]) - value_list(f->made)->count;
    if (f->began && f->end == REGEX_LIMIT)
        return vm_give(vm, limit_error(vm), result);
    if (f->began && f->end == REGEX_NO_MORE_MEMORY)
        return vm_raise_memory(vm);
    if (left == 0 || (f->began && f->end == REGEX_ALL))
        return vm_give(vm, f->made, result);
    v = search(vm, p, f, c, args[1], left);
    return v == VERDICT_DONE ? VERDICT_YIELD : v;
}

const native_entry regex_natives[] = {
    {"_find", "_find(re, s, from, most)", "a list of matches", regex_find, 4, 4, 1},
    {"_info", "_info(re)", "the number of groups, and their names", regex_info, 1, 1, 0},
    {"_make", "_make(pattern, flags, limit)", "a regex", regex_make, 3, 3, 0},
    {NULL, NULL, NULL, NULL, 0, 0, 0},
};

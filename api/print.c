/* Layout: what fits is printed on one line; else its elements stand in rows, indented by 2. */
#include "api/print.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "vm/data/children.h"
#include "vm/data/map.h"

enum {
    INDENT = 2,
    SHORT_COLUMNS = 20, /* texts of that length fill rows, longer ones stand alone */
    KEY_COLUMNS = 40,   /* of a key; what is longer is cut */
    ALIGNED_COLUMNS = 24,
    KEYS_MEASURED = 1000
};

/* ---- Containers ---- */

static bool is_container(value v)
{
    return value_is(v, OBJ_LIST) || value_is(v, OBJ_TUPLE) || value_is(v, OBJ_MAP) ||
           value_is(v, OBJ_ERROR);
}

static uint64_t count_of(value v)
{
    if (value_is(v, OBJ_MAP))
        return map_count(value_map(v));
    if (value_is(v, OBJ_ERROR))
        return value_error(v)->data == VALUE_NIL ? 2 : 3;
    return children_of(v).count;
}

static const char *opener(value v)
{
    return value_is(v, OBJ_LIST)    ? "["
           : value_is(v, OBJ_TUPLE) ? "("
           : value_is(v, OBJ_MAP)   ? "{"
                                    : "error(";
}

static const char *closer(value v)
{
    return value_is(v, OBJ_LIST) ? "]" : value_is(v, OBJ_MAP) ? "}" : ")";
}

/* The next element, and its key; ABSENT: it has none, or there is no more. */
static value next(const csp_vm *vm, print_frame *f, value *key)
{
    *key = VALUE_ABSENT;
    uint64_t i = f->taken++;
    if (value_is(f->v, OBJ_MAP)) {
        map_entry e;
        if (!map_next(vm, value_map(f->v), &f->position, &e))
            return VALUE_ABSENT;
        *key = e.key;
        return e.item;
    }
    if (value_is(f->v, OBJ_ERROR)) {
        const error *e = value_error(f->v);
        return i == 0 ? e->kind : i == 1 ? e->message : e->data;
    }
    return children_of(f->v).items[i];
}

/* ---- Frames ---- */

static print_frame *top(printer *p) { return &p->frames[p->depth - 1]; }

static void push(printer *p, value v, uint64_t count)
{
    print_frame *frames = array_room32(p->frames, &p->capacity, p->depth + 1, sizeof *frames);
    if (frames)
        p->frames = frames;
    if (!frames || !walk_insert(p->vm, &p->path, v)) {
        p->failed = true;
        return;
    }
    p->frames[p->depth++] = (print_frame){.v = v, .count = count};
    print_plain(p, opener(v));
}

static void pop(printer *p)
{
    walk_remove(p->vm, &p->path, top(p)->v);
    p->depth--;
}

static void close_frame(printer *p)
{
    const print_frame *f = top(p);
    bool lone = value_is(f->v, OBJ_TUPLE) && f->count == 1;
    const char *end = closer(f->v);
    if (lone)
        print_plain(p, ",");
    if (!p->flat)
        print_newline(p, (p->depth - 1) * INDENT);
    pop(p);
    print_plain(p, end);
}

/* ---- How much more ---- */

/* Rows that can still be begun, if each open container is to have a mark and its end. */
static uint32_t rows_left(const printer *p)
{
    uint64_t taken = (uint64_t)p->now.rows + 1 + 2 * (uint64_t)p->depth;
    return taken < p->limits.rows ? (uint32_t)(p->limits.rows - taken) : 0;
}

/* Whether a container in a container would have a mark and its end, and nothing else. */
static bool is_out_of_rows(const printer *p)
{
    enum { LEAST = 3 };
    return !p->flat && p->depth > 0 && rows_left(p) < LEAST;
}

static bool has_room(const printer *p, const print_frame *f)
{
    return f->taken < p->limits.items && p->now.characters < p->limits.characters &&
           (p->flat || f->filling || rows_left(p) > 0);
}

/* What an atom that begins here may take. */
static uint64_t room_for_atom(const printer *p)
{
    enum { LEAST = 8 };
    uint64_t room = p->limits.characters == UINT64_MAX
                        ? UINT64_MAX
                        : p->limits.characters - (p->now.characters < p->limits.characters
                                                      ? p->now.characters
                                                      : p->limits.characters);
    uint64_t width = p->limits.width;
    if (width > 0 && p->limits.rows < UINT32_MAX) {
        uint64_t rows = rows_left(p), left = rows * width + width;
        left = left > p->now.column + 2u ? left - p->now.column - 2u : 0;
        room = left < room ? left : room;
    }
    if (p->flat && width > 0 && room > width)
        room = width + 1; /* it is too long all the same */
    return room > LEAST ? room : LEAST;
}

/* Whether it is too long for its line. */
static bool is_over(printer *p)
{
    p->over = p->over || (p->limits.width > 0 && p->now.column + p->comma > p->limits.width);
    return p->over;
}

/* ---- One value ---- */

static void begin(printer *p, value v);

static void measure_keys(printer *p, print_frame *f)
{
    print_frame ahead = *f;
    value key;
    uint64_t most = p->limits.items < KEYS_MEASURED ? p->limits.items : KEYS_MEASURED;
    for (uint64_t i = 0; i < ahead.count && i < most; i++) {
        next(p->vm, &ahead, &key);
        if (key == VALUE_ABSENT)
            return;
        bool shortened = p->now.shortened;
        print_key(p, key, KEY_COLUMNS);
        p->now.shortened = shortened;
        uint32_t width = print_width(p->atom.block, p->atom.used);
        if (width <= ALIGNED_COLUMNS && width > f->key_width)
            f->key_width = width;
    }
}

static void add_key(printer *p, const print_frame *f, value key)
{
    print_key(p, key, KEY_COLUMNS);
    uint32_t width = print_width(p->atom.block, p->atom.used);
    print_text(p, PRINT_NAME, p->atom.block, p->atom.used);
    for (; !p->flat && width < f->key_width; width++)
        print_plain(p, " ");
    print_plain(p, ": ");
}

/* Numbers, names and short texts. */
static bool fills(printer *p, value v, value key, uint32_t *width, print_style *style)
{
    if (key != VALUE_ABSENT || is_container(v))
        return false;
    bool shortened = p->now.shortened;
    *style = print_atom(p, v, SHORT_COLUMNS + 1);
    *width = print_width(p->atom.block, p->atom.used);
    p->now.shortened = shortened;
    return *width <= SHORT_COLUMNS && p->cut == 0;
}

/* In a row that has room, else in one of its own. False: there is no row left. */
static bool add_in_rows(printer *p, uint32_t at, value v, value key)
{
    uint32_t width = 0;
    print_style style = PRINT_PLAIN;
    bool filling = fills(p, v, key, &width, &style), first = p->frames[at].taken == 1;
    if (filling && p->frames[at].filling && p->now.column + 2 + width + 1 <= p->limits.width) {
        print_plain(p, ", ");
        print_text(p, style, p->atom.block, p->atom.used);
        return true;
    }
    if (rows_left(p) == 0)
        return false;
    if (!first)
        print_plain(p, ",");
    print_newline(p, p->depth * INDENT);
    p->frames[at].filling = filling;
    if (filling) {
        print_text(p, style, p->atom.block, p->atom.used);
        return true;
    }
    if (key != VALUE_ABSENT)
        add_key(p, &p->frames[at], key);
    begin(p, v);
    return true;
}

static void add_in_line(printer *p, uint32_t at, value v, value key)
{
    if (p->frames[at].taken > 1)
        print_plain(p, ", ");
    if (key != VALUE_ABSENT)
        add_key(p, &p->frames[at], key);
    begin(p, v);
}

static void leave_out(printer *p, uint64_t count)
{
    print_frame *f = top(p);
    if (f->count > count)
        print_plain(p, p->flat ? ", " : ",");
    if (!p->flat)
        print_newline(p, p->depth * INDENT);
    print_mark(p, count, "");
    f->count = f->taken = 0;
}

static void step(printer *p)
{
    print_frame *f = top(p);
    if (f->taken < f->count && !has_room(p, f)) {
        leave_out(p, f->count - f->taken);
    } else if (f->taken < f->count) {
        value key, v = next(p->vm, f, &key);
        uint64_t left = f->count - f->taken + 1;
        if (v == VALUE_ABSENT) { /* it has changed: not while we are here */
            f->count = f->taken;
        } else if (p->flat) {
            add_in_line(p, p->depth - 1, v, key);
        } else if (!add_in_rows(p, p->depth - 1, v, key)) {
            leave_out(p, left);
        }
        return;
    }
    close_frame(p);
}

/* Prints v, whose frame is about to be pushed, on the line under way. False: it is too long, and
 * nothing has been printed. */
static bool fits(printer *p, value v, uint64_t count)
{
    uint32_t width = p->limits.width, depth = p->depth;
    uint64_t shown = count < p->limits.items ? count : p->limits.items;
    if (width > 0 && p->now.column + shown > width)
        return false;
    print_state before = p->now;
    size_t used = p->out.used;
    p->flat = true;
    p->over = false;
    p->comma = depth > 0;
    push(p, v, count);
    while (!p->failed && p->depth > depth && !is_over(p) &&
           (p->now.characters <= p->limits.characters || width == 0))
        step(p);
    p->flat = false;
    if (width == 0 ||
        (p->depth == depth && !is_over(p) && p->now.characters <= p->limits.characters))
        return true;
    while (p->depth > depth)
        pop(p);
    p->now = before;
    p->out.used = used;
    return false;
}

static void begin_container(printer *p, value v)
{
    uint64_t count = count_of(v);
    char mark[16];
    if (walk_find(p->vm, &p->path, v)) {
        snprintf(mark, sizeof mark, "%s...%s", opener(v), closer(v));
        print_text(p, PRINT_MARK, mark, strlen(mark));
    } else if (count == 0) {
        print_plain(p, opener(v));
        print_plain(p, closer(v));
    } else if (p->depth < p->limits.depth && !p->flat && fits(p, v, count)) {
        return;
    } else if (p->depth >= p->limits.depth || is_out_of_rows(p)) {
        snprintf(mark, sizeof mark, "%s…%s", opener(v), closer(v));
        print_text(p, PRINT_MARK, mark, strlen(mark));
        p->now.shortened = true;
    } else {
        push(p, v, count);
        if (!p->flat && !p->failed && value_is(v, OBJ_MAP))
            measure_keys(p, top(p));
    }
}

static void begin(printer *p, value v)
{
    if (is_container(v)) {
        begin_container(p, v);
        return;
    }
    print_style style = print_atom(p, v, room_for_atom(p));
    print_text(p, style, p->atom.block, p->atom.used);
}

void print_value(printer *p, value v)
{
    begin(p, v);
    uint64_t cut = is_container(v) ? 0 : p->cut;
    while (p->depth > 0 && !p->failed)
        step(p);
    if (p->limits.width == 0)
        return; /* one line it is */
    if (cut > 0) {
        print_newline(p, 0);
        print_mark(p, cut, value_is(v, OBJ_STRING) ? " characters" : " bytes");
    } else if (p->now.shortened && !p->now.hinted) {
        print_newline(p, 0);
        print_mark(p, 0, "");
    }
}

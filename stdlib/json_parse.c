/* Json.parse: what may come where, and arrays and objects. Nothing is read twice, and no tree is
 * made but the values themselves: each goes into the list or map that is open when it is there. */
#include "stdlib/json_parse.h"

#include "base/utf8.h"
#include "vm/data/map_walk.h"
#include "vm/walk/walk.h"

static json_level *top(const json_parse *w)
{
    return walk_stack_empty(&w->open) ? NULL : (json_level *)walk_top(&w->open, JSON_LEVEL_WORDS);
}

static bool in_object(const json_parse *w)
{
    const json_level *o = top(w);
    return o && value_is(o->made, OBJ_MAP);
}

/* --- values go where they belong */

static verdict put_in_list(csp_vm *vm, json_parse *w, list *l)
{
    size_t room = (size_t)l->count + 1;
    if (list_grows_long(vm, l, room)) {
        verdict v = list_reserve_step(vm, l, room, &w->growth);
        if (v != VERDICT_DONE)
            return v;
    }
    return list_push(vm, l, w->part) ? VERDICT_DONE : vm_raise_memory(vm);
}

static verdict put_in_map(csp_vm *vm, process *p, json_parse *w, const json_level *o)
{
    enum { LONG_KEY = 4096 };
    map *m = value_map(o->made);
    bool under_way = w->put[0] != VALUE_ABSENT;
    if (!under_way && !map_grows_long(vm, m) && value_string(o->key)->size < LONG_KEY)
        return map_put(vm, m, o->key, w->part) ? VERDICT_DONE : vm_raise_memory(vm);
    if (!under_way) {
        w->put[0] = o->made;
        w->put[1] = o->key;
        w->put[2] = w->part;
    }
    value same;
    verdict v = walk_step(vm, p, WALK_MAP_PUT, w->put, &same);
    if (v == VERDICT_DONE)
        w->put[0] = w->put[3] = VALUE_ABSENT;
    return v;
}

static verdict put_part(csp_vm *vm, process *p, json_parse *w)
{
    const json_level *o = top(w);
    verdict v = !o                            ? VERDICT_DONE
                : value_is(o->made, OBJ_LIST) ? put_in_list(vm, w, value_list(o->made))
                                              : put_in_map(vm, p, w, o);
    if (v == VERDICT_DONE)
        w->state = o ? AWAIT_COMMA_OR_CLOSE : AWAIT_NOTHING;
    return v;
}

/* --- arrays and objects */

static verdict open_container(csp_vm *vm, process *p, json_parse *w, bool is_map)
{
    if (w->depth == w->most)
        return json_bad(w, w->at, 0, NULL);
    json_level *o = (json_level *)walk_push(vm, &w->open, JSON_LEVEL_WORDS);
    value made = !o ? VALUE_ABSENT : is_map ? map_new(vm, p, 0) : list_new(vm, p, NULL, 0);
    if (made == VALUE_ABSENT)
        return vm_raise_memory(vm);
    o->made = made;
    w->depth++;
    w->at++;
    w->state = is_map ? AWAIT_NAME_OR_CLOSE : AWAIT_VALUE_OR_CLOSE;
    return VERDICT_DONE;
}

static void close_container(json_parse *w)
{
    w->part = top(w)->made;
    walk_pop(&w->open, JSON_LEVEL_WORDS);
    w->depth--;
    w->at++;
    w->state = AWAIT_PUT;
}

/* --- values */

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

static verdict read_word(json_parse *w, const char *expected)
{
    enum { SHOWN = 24 };
    static const struct {
        const char *text;
        value v;
    } words[] = {{"null", VALUE_NIL}, {"true", VALUE_TRUE}, {"false", VALUE_FALSE}};
    size_t size = 0;
    while (size < SHOWN && w->at + size < w->size && is_letter(w->text[w->at + size]))
        size++;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i].text) == size && memcmp(w->text + w->at, words[i].text, size) == 0) {
            w->part = words[i].v;
            w->at += size;
            return VERDICT_DONE;
        }
    return json_bad(w, w->at, size, expected);
}

/* c stands at w->at; -1: the text is at its end. DONE: a value is in w->part, or what was to be
 * done for one is done. */
static verdict read_value(csp_vm *vm, process *p, json_parse *w, int c)
{
    verdict v;
    if (c == '[' || c == '{')
        return open_container(vm, p, w, c == '{');
    const char *expected = w->state == AWAIT_VALUE_OR_CLOSE ? "a value or `]`" : "a value";
    w->is_name = false;
    if (c == '"')
        v = json_read_text(vm, w);
    else if (c == '-' || (c >= '0' && c <= '9'))
        v = json_read_number(vm, w);
    else
        v = read_word(w, expected);
    return v == VERDICT_DONE ? put_part(vm, p, w) : v;
}

static verdict name_read(json_parse *w)
{
    top(w)->key = w->part;
    w->state = AWAIT_COLON;
    return VERDICT_DONE;
}

static verdict read_name(csp_vm *vm, json_parse *w, int c)
{
    if (c != '"')
        return json_bad(w, w->at, 0,
                        w->state == AWAIT_NAME ? "a name in quotes" : "a name in quotes or `}`");
    w->is_name = true;
    verdict v = json_read_text(vm, w);
    return v == VERDICT_DONE ? name_read(w) : v;
}

static verdict read_next(csp_vm *vm, process *p, json_parse *w, int c)
{
    switch (w->state) {
    case AWAIT_NAME_OR_CLOSE:
        if (c == '}') {
            close_container(w);
            return VERDICT_DONE;
        }
        /* fall through */
    case AWAIT_NAME: return read_name(vm, w, c);
    case AWAIT_COLON:
        if (c != ':')
            return json_bad(w, w->at, 0, "`:`");
        w->at++;
        w->state = AWAIT_VALUE;
        return VERDICT_DONE;
    case AWAIT_COMMA_OR_CLOSE: {
        bool is_map = in_object(w);
        if (c == (is_map ? '}' : ']')) {
            close_container(w);
            return VERDICT_DONE;
        }
        if (c != ',')
            return json_bad(w, w->at, 0, is_map ? "`,` or `}`" : "`,` or `]`");
        w->at++;
        w->state = is_map ? AWAIT_NAME : AWAIT_VALUE;
        return VERDICT_DONE;
    }
    case AWAIT_NOTHING: return json_bad(w, w->at, 0, "nothing more");
    default:
        if (c == ']' && w->state == AWAIT_VALUE_OR_CLOSE) {
            close_container(w);
            return VERDICT_DONE;
        }
        return read_value(vm, p, w, c);
    }
}

/* --- steps */

/* What a step began, and the next one goes on with. DONE: it is over. */
static verdict go_on(csp_vm *vm, process *p, json_parse *w, value *result)
{
    verdict v = w->state == AWAIT_TEXT     ? json_long_text(vm, w)
                : w->state == AWAIT_NUMBER ? json_long_number(vm, p, w)
                                           : VERDICT_DONE;
    if (v != VERDICT_DONE)
        return v;
    if (w->state == AWAIT_TEXT && w->is_name)
        return name_read(w);
    if (w->state == AWAIT_PLACE)
        return json_locate(vm, p, w, result);
    if (w->state >= AWAIT_TEXT)
        w->state = AWAIT_PUT;
    return w->state == AWAIT_PUT ? put_part(vm, p, w) : VERDICT_DONE;
}

static bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

/* Reads until the end, or as much as one step may. */
static verdict parse_step(csp_vm *vm, process *p, json_parse *w, value *result)
{
    bool located = w->state == AWAIT_PLACE;
    verdict v = go_on(vm, p, w, result);
    if (v != VERDICT_DONE || located)
        return v;
    size_t stop = w->at + json_part(vm, w->size - w->at);
    while (v == VERDICT_DONE) {
        if (w->state == AWAIT_PUT) {
            v = put_part(vm, p, w);
            continue;
        }
        while (w->at < stop && is_blank(w->text[w->at]))
            w->at++;
        if (w->at >= stop && w->at < w->size)
            return VERDICT_YIELD;
        if (w->at == w->size && w->state == AWAIT_NOTHING)
            return vm_give(vm, w->part, result);
        v = read_next(vm, p, w, w->at < w->size ? (unsigned char)w->text[w->at] : -1);
    }
    /* A value that takes another step to be put away. */
    if (v == VERDICT_YIELD && w->state < AWAIT_NOTHING)
        w->state = AWAIT_PUT;
    return v;
}

/* The text may be in a buffer; nobody changes that meanwhile. */
static bool text_arg(csp_vm *vm, process *p, value v, json_parse *w)
{
    if (value_is(v, OBJ_STRING)) {
        w->text = value_string(v)->text;
        w->size = value_string(v)->size;
        w->trusted = true;
    } else if (value_is(v, OBJ_BYTES)) {
        w->text = (const char *)value_bytes(v)->data;
        w->size = value_bytes(v)->size;
    } else if (value_is(v, OBJ_BUFFER) && value_usable(p, v)) {
        const buffer *b = value_as_object(v);
        w->text = b->data ? (const char *)b->data : "";
        w->size = b->size;
    } else {
        vm_raise_type(vm, p, v, "a string, bytes or a buffer");
        return false;
    }
    return true;
}

/* slot: the parse */
verdict json_parse_native(csp_vm *vm, process *p, value *args, value *result)
{
    value *slot = &args[2];
    if (*slot == VALUE_ABSENT) {
        int64_t most = 512;
        if (args[1] != VALUE_ABSENT &&
            !native_int_arg(vm, p, args[1], "an int as the depth", &most))
            return VERDICT_FAIL;
        if (most < 0)
            return vm_raise(vm, ERR_VALUE, "a negative depth");
        json_parse *fresh = heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *fresh);
        if (!fresh)
            return vm_raise_memory(vm);
        fresh->header = OBJ_WALK;
        fresh->most = (uint64_t)most;
        if (!text_arg(vm, p, args[0], fresh))
            return VERDICT_FAIL;
        *slot = value_object(fresh);
    }
    json_parse *w = value_as_object(*slot);
    size_t before = w->at;
    verdict v = parse_step(vm, p, w, result);
    if (w->at > before)
        vm_charge(vm, (w->at - before) / JSON_BYTES_PER_REDUCTION);
    return v;
}

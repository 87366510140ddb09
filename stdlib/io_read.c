/* Io: what reads. Bytes stay in the stream until an operation takes all that it gives, in one step:
 * so a process that is killed before takes none. */
#include "base/utf8.h"
#include "stdlib/stream_value.h"
#include "stdlib/string_parts.h"
#include "vm/core/steps.h"

enum { LIMIT = 1 << 20, READ = 64 << 10 };

/* Behind the parameters: how far the input has been looked at; what is found there: so many bytes
 * to give, and to take; the value under way (3). */
enum { SLOT_SEEN, SLOT_GIVE, SLOT_TAKE, SLOT_MAKING };

static const char *input_of(const stream *s) { return s->input.data + s->input.from; }

/* --- arguments */

static bool count_arg(csp_vm *vm, process *p, value v, int64_t otherwise, int64_t *n)
{
    *n = otherwise;
    if (v == VALUE_ABSENT || v == VALUE_NIL)
        return true;
    if (!native_int_arg(vm, p, v, "an int as the number of bytes", n))
        return false;
    if (*n >= 0)
        return true;
    vm_raise(vm, ERR_VALUE, "a negative number of bytes");
    return false;
}

/* The stream, in whose turn the process is. NULL: *v has the native's verdict. */
static stream *enter(csp_vm *vm, process *p, value *args, verdict *v, value *result)
{
    stream *s = stream_arg(vm, p, args[0]);
    *v = VERDICT_FAIL;
    if (!s)
        return NULL;
    stream_result r = stream_enter(vm, p, s, false);
    if (r == STREAM_OK && s->reads)
        return s;
    *v = r == STREAM_OK ? stream_refusal(vm, p, s, "read", "unsupported",
                                         "it is not open for reading", VALUE_ABSENT, result)
                        : stream_verdict(vm, p, s, r, "read", result);
    return NULL;
}

static verdict leave(csp_vm *vm, process *p, stream *s, size_t take)
{
    stream_consume(s, take);
    stream_leave(vm, p, s);
    return VERDICT_DONE;
}

/* --- giving: the first bytes of the input as a value, made in steps */

static verdict make_bytes(csp_vm *vm, const stream *s, size_t size, value *slots, value *result)
{
    if (size > STRING_MAX)
        return vm_raise_memory(vm);
    if (slots[1] == VALUE_ABSENT) {
        bytes *made = bytes_blank(vm, size);
        if (!made)
            return vm_raise_memory(vm);
        slots[1] = value_object(made);
        slots[0] = value_int(0);
    }
    size_t at = (size_t)value_as_int(slots[0]);
    bool all = long_copy(vm, value_bytes(slots[1])->data, input_of(s), size, &at);
    slots[0] = value_int((int64_t)at);
    *result = slots[1];
    return all ? VERDICT_DONE : VERDICT_YIELD;
}

static verdict give_bytes(csp_vm *vm, process *p, stream *s, size_t size, value *slots,
                          value *result)
{
    verdict v = make_bytes(vm, s, size, slots, result);
    return v == VERDICT_DONE ? leave(vm, p, s, size) : v;
}

/* A failure that has the bytes. */
static verdict give_refusal(csp_vm *vm, process *p, stream *s, size_t size, size_t take,
                            const char *kind, const char *why, value *slots, value *result)
{
    verdict v = make_bytes(vm, s, size, slots, result);
    if (v != VERDICT_DONE)
        return v;
    v = stream_refusal(vm, p, s, "read", kind, why, *result, result);
    if (v == VERDICT_DONE)
        stream_consume(s, take);
    return v;
}

/* MAKING has three slots: of string_of_bytes, or of make_bytes. */
static verdict give_text(csp_vm *vm, process *p, stream *s, size_t size, size_t take, value *slots,
                         value *result)
{
    if (slots[2] != value_int(-1)) {
        verdict v = string_of_bytes(vm, input_of(s), size, slots, result);
        if (v != VERDICT_DONE)
            return v;
        if (!value_is(*result, OBJ_ERROR))
            return leave(vm, p, s, take);
        slots[0] = slots[1] = VALUE_ABSENT;
        slots[2] = value_int(-1);
    }
    return give_refusal(vm, p, s, size, take, "invalid_utf8", "it is no UTF-8", slots, result);
}

/* --- read, read_exact, read_all */

verdict io_read(csp_vm *vm, process *p, value *args, value *result)
{
    int64_t most;
    verdict v;
    value *slots = args + 2;
    if (!count_arg(vm, p, args[1], READ, &most))
        return VERDICT_FAIL;
    if (most == 0)
        return vm_raise(vm, ERR_VALUE, "to read no bytes");
    stream *s = enter(vm, p, args, &v, result);
    if (!s)
        return v;
    if (stream_available(s) == 0) {
        stream_result r = stream_fill(vm, p, s);
        *result = VALUE_NIL;
        if (r == STREAM_END)
            return leave(vm, p, s, 0);
        if (r != STREAM_OK)
            return stream_verdict(vm, p, s, r, "read", result);
    }
    /* what is there now: in steps of the copy more may not come, since this is its turn */
    size_t size = stream_available(s);
    return give_bytes(vm, p, s, size < (size_t)most ? size : (size_t)most, slots, result);
}

verdict io_read_exact(csp_vm *vm, process *p, value *args, value *result)
{
    int64_t count;
    verdict v;
    value *slots = args + 2;
    if (!count_arg(vm, p, args[1], 0, &count))
        return VERDICT_FAIL;
    stream *s = enter(vm, p, args, &v, result);
    if (!s)
        return v;
    size_t size = stream_available(s);
    if (size >= (size_t)count)
        return give_bytes(vm, p, s, (size_t)count, slots, result);
    if (slots[2] != VALUE_TRUE) {
        stream_result r = stream_fill(vm, p, s);
        if (r == STREAM_OK)
            return VERDICT_YIELD;
        if (r != STREAM_END)
            return stream_verdict(vm, p, s, r, "read", result);
        slots[2] = VALUE_TRUE; /* that is all */
    }
    return give_refusal(vm, p, s, size, size, "end", "there are fewer bytes", slots, result);
}

/* The rest: slots: whether it is all there, three of MAKING. */
static verdict read_rest(csp_vm *vm, process *p, value *args, bool text, value *result)
{
    int64_t limit;
    verdict v;
    value *slots = args + 2;
    if (!count_arg(vm, p, args[1], INT64_MAX, &limit))
        return VERDICT_FAIL;
    stream *s = enter(vm, p, args, &v, result);
    if (!s)
        return v;
    bool too_large = stream_available(s) > (uint64_t)limit;
    if (!too_large && slots[0] != VALUE_TRUE) {
        stream_result r = stream_fill(vm, p, s);
        if (r == STREAM_OK)
            return VERDICT_YIELD;
        if (r != STREAM_END)
            return stream_verdict(vm, p, s, r, "read", result);
        slots[0] = VALUE_TRUE;
    }
    size_t size = stream_available(s);
    if (too_large)
        return give_refusal(vm, p, s, (size_t)limit, (size_t)limit, "too_large",
                            "there is more than the limit", slots + 1, result);
    return text ? give_text(vm, p, s, size, size, slots + 1, result)
                : give_bytes(vm, p, s, size, slots + 1, result);
}

verdict io_read_all(csp_vm *vm, process *p, value *args, value *result)
{
    return read_rest(vm, p, args, false, result);
}

verdict io_read_text(csp_vm *vm, process *p, value *args, value *result)
{
    return read_rest(vm, p, args, true, result);
}

/* --- lines, and what ends with a mark */

typedef struct mark {
    const char *bytes;
    size_t size;
    bool line; /* a CR before it belongs to it */
} mark;

/* Looks for the mark, a step's worth from SEEN on. FOUND: GIVE and TAKE are set. */
typedef enum scanned { SCAN_FOUND, SCAN_MORE, SCAN_NONE } scanned;

static scanned scan(csp_vm *vm, const stream *s, const mark *m, value *slots)
{
    size_t seen = slots[SLOT_SEEN] != VALUE_ABSENT ? (size_t)value_as_int(slots[SLOT_SEEN]) : 0;
    size_t size = stream_available(s);
    const char *from = size > 0 ? input_of(s) : "";
    size_t step = long_bytes(vm) + m->size; /* however long the mark is, it gets on */
    size_t stop = size - seen < step ? size : seen + step;
    const char *found = m->size == 1 ? memchr(from + seen, m->bytes[0], stop - seen)
                                     : memmem(from + seen, stop - seen, m->bytes, m->size);
    vm_charge(vm, (stop - seen) / LONG_BYTES_PER_REDUCTION / 2);
    if (found) {
        size_t at = (size_t)(found - from);
        slots[SLOT_TAKE] = value_int((int64_t)(at + m->size));
        slots[SLOT_GIVE] = value_int((int64_t)(at - (m->line && at > 0 && found[-1] == '\r')));
        return SCAN_FOUND;
    }
    /* the mark may have begun */
    size_t back = m->size - 1 < stop ? m->size - 1 : stop;
    slots[SLOT_SEEN] = value_int((int64_t)(stop - back > seen ? stop - back : seen));
    return stop < size ? SCAN_MORE : SCAN_NONE;
}

/* args: the stream, what belongs to the caller; slots. */
static verdict read_marked(csp_vm *vm, process *p, value *args, const mark *m, int64_t limit,
                           value *slots, value *result)
{
    verdict v;
    stream *s = enter(vm, p, args, &v, result);
    if (!s)
        return v;
    while (slots[SLOT_TAKE] == VALUE_ABSENT) {
        scanned found = scan(vm, s, m, slots);
        size_t size = stream_available(s);
        if (found == SCAN_MORE)
            return VERDICT_YIELD;
        if (found == SCAN_FOUND || size > (uint64_t)limit + m->size + m->line)
            break;
        stream_result r = stream_fill(vm, p, s);
        *result = VALUE_NIL;
        if (r == STREAM_END && size == 0)
            return leave(vm, p, s, 0);
        if (r == STREAM_END)
            slots[SLOT_GIVE] = slots[SLOT_TAKE] = value_int((int64_t)size);
        else if (r != STREAM_OK)
            return stream_verdict(vm, p, s, r, "read", result);
    }
    size_t give = (size_t)limit + 1, take = 0;
    if (slots[SLOT_TAKE] != VALUE_ABSENT) {
        give = (size_t)value_as_int(slots[SLOT_GIVE]);
        take = (size_t)value_as_int(slots[SLOT_TAKE]);
    }
    if (give > (uint64_t)limit)
        return give_refusal(vm, p, s, (size_t)limit, (size_t)limit, "too_large",
                            "there is more than the limit", slots + SLOT_MAKING, result);
    if (m->line)
        return give_text(vm, p, s, give, take, slots + SLOT_MAKING, result);
    v = make_bytes(vm, s, give, slots + SLOT_MAKING, result);
    return v == VERDICT_DONE ? leave(vm, p, s, take) : v;
}

static const mark line_mark = {"\n", 1, true};

verdict io_read_line(csp_vm *vm, process *p, value *args, value *result)
{
    int64_t limit;
    if (!count_arg(vm, p, args[1], LIMIT, &limit))
        return VERDICT_FAIL;
    return read_marked(vm, p, args, &line_mark, limit, args + 2, result);
}

verdict io_read_until(csp_vm *vm, process *p, value *args, value *result)
{
    int64_t limit;
    mark m = {.line = false};
    value given = args[1];
    if (value_is(given, OBJ_STRING))
        m.bytes = value_string(given)->text, m.size = value_string(given)->size;
    else if (value_is(given, OBJ_BYTES))
        m.bytes = (const char *)value_bytes(given)->data, m.size = value_bytes(given)->size;
    else
        return vm_raise_type(vm, p, given, "a string or bytes as the mark");
    if (m.size == 0)
        return vm_raise(vm, ERR_VALUE, "an empty mark");
    if (!count_arg(vm, p, args[2], LIMIT, &limit))
        return VERDICT_FAIL;
    return read_marked(vm, p, args, &m, limit, args + 3, result);
}

/* A whole line that is there already, of those that need no steps. */
value io_quick_line(csp_vm *vm, void *data)
{
    stream *s = data;
    size_t size = s ? stream_available(s) : 0;
    if (size == 0 || s->in.holder || s->closing || s->busy || !s->reads)
        return VALUE_ABSENT;
    const char *from = input_of(s);
    const char *end = memchr(from, '\n', long_part(vm, size));
    if (!end)
        return VALUE_ABSENT;
    size_t take = (size_t)(end - from) + 1, give = take - 1;
    if (give > 0 && from[give - 1] == '\r')
        give--;
    if (utf8_check(from, give) != give)
        return VALUE_ABSENT;
    value line = str_new(vm, from, give);
    if (line != VALUE_ABSENT)
        stream_consume(s, take);
    return line;
}

static verdict next_line(csp_vm *vm, process *p, value *args, value *result)
{
    return read_marked(vm, p, args, &line_mark, LIMIT, args + 2, result);
}

const native_entry io_next_line = {.name = "read_line",
                                   .signature = "read_line(s, limit = 1048576)",
                                   .doc = "the next line of a stream, for `for`",
                                   .fn = next_line,
                                   .min = 1,
                                   .max = 2,
                                   .slots = IO_READ_SLOTS,
                                   .abandon = stream_abandon};
const native_entry io_whole_text = {.name = "read_text",
                                    .signature = "read_text(s, limit = nil)",
                                    .doc = "the rest of a stream",
                                    .fn = io_read_text,
                                    .min = 1,
                                    .max = 2,
                                    .slots = IO_READ_SLOTS,
                                    .abandon = stream_abandon};
const native_entry io_whole_bytes = {.name = "read_all",
                                     .signature = "read_all(s, limit = nil)",
                                     .doc = "the rest of a stream",
                                     .fn = io_read_all,
                                     .min = 1,
                                     .max = 2,
                                     .slots = IO_READ_SLOTS,
                                     .abandon = stream_abandon};

#include "stdlib/json_scan.h"

#include "vm/native.h"

typedef enum scan_mode {
    BETWEEN, /* documents */
    NESTED,  /* in arrays and objects */
    TEXT,    /* a document that is a string */
    ATOM     /* one that is a number or word, or no JSON */
} scan_mode;

typedef struct scan {
    scan_mode mode;
    bool quoted, escaped; /* within quotes; behind a backslash */
    int64_t depth;
} scan;

/* A state as an int: mode, flags, depth. */
static scan unpack(int64_t state)
{
    return (scan){(scan_mode)(state & 3), (state & 4) != 0, (state & 8) != 0, state >> 4};
}

static int64_t pack(const scan *s)
{
    return s->mode | (s->quoted ? 4 : 0) | (s->escaped ? 8 : 0) | s->depth << 4;
}

static bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

static void begin(scan *s, char c)
{
    if (is_blank(c))
        return;
    s->quoted = c == '"';
    s->depth = c == '[' || c == '{';
    s->mode = s->quoted ? TEXT : s->depth ? NESTED : ATOM;
}

/* A character of a string. */
static void quote(scan *s, char c)
{
    if (s->escaped)
        s->escaped = false;
    else if (c == '\\')
        s->escaped = true;
    else
        s->quoted = c != '"';
}

static void nest(scan *s, char c)
{
    if (c == '"')
        s->quoted = true;
    else if (c == '[' || c == '{')
        s->depth++;
    else if (c == ']' || c == '}')
        s->depth--;
}

/* Takes c. True: the document ends with it, or (*before) before it. */
static bool take(scan *s, char c, bool *before)
{
    switch (s->mode) {
    case BETWEEN: begin(s, c); return false;
    case ATOM: return *before = is_blank(c) || c == '[' || c == '{' || c == '"';
    case TEXT: quote(s, c); return !s->quoted;
    default:
        if (s->quoted)
            quote(s, c);
        else
            nest(s, c);
        return s->depth == 0;
    }
}

verdict json_scan_native(csp_vm *vm, process *p, value *args, value *result)
{
    enum { BYTES_PER_REDUCTION = 64 };
    int64_t from, state;
    if (!value_is(args[0], OBJ_BYTES))
        return vm_raise_type(vm, p, args[0], "bytes");
    if (!native_int_arg(vm, p, args[1], "an int as the offset", &from) ||
        !native_int_arg(vm, p, args[2], "an int as the state", &state))
        return VERDICT_FAIL;
    const bytes *b = value_bytes(args[0]);
    scan s = unpack(state);
    uint32_t at = from < 0 ? 0 : from > b->size ? b->size : (uint32_t)from;
    uint32_t start = at;
    bool ends = false, before = false;
    while (at < b->size && !ends)
        ends = take(&s, (char)b->data[at++], &before);
    vm_charge(vm, (at - start) / BYTES_PER_REDUCTION);
    value both[2] = {ends ? value_int(before ? at - 1 : at) : VALUE_NIL,
                     value_int(ends ? 0 : pack(&s))};
    return vm_give(vm, tuple_new(vm, p, both, 2), result);
}

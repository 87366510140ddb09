#include "api/host/native.h"

#include <stdio.h>
#include <stdlib.h>

#include "api/host/class.h"
#include "api/host/completer.h"
#include "api/host/context.h"
#include "api/host/fail.h"
#include "api/host/host.h"
#include "api/host/offload.h"
#include "api/host/step.h"
#include "api/host/suspend.h"
#include "vm/core/string.h"
#include "vm/core/type.h"
#include "vm/number/num.h"

enum { SIMPLE_CONTEXTS = 8 };

/* ---- Calls ---- */

/* What a value is, as a bit of a parameter's types. */
static uint32_t type_bit(value v)
{
    static const uint32_t bits[TYPE_COUNT] = {
        [TYPE_NIL] = SIGNATURE_NIL,       [TYPE_BOOL] = SIGNATURE_BOOL,
        [TYPE_FLOAT] = SIGNATURE_FLOAT,   [TYPE_STRING] = SIGNATURE_STRING,
        [TYPE_BYTES] = SIGNATURE_BYTES,   [TYPE_TUPLE] = SIGNATURE_TUPLE,
        [TYPE_LIST] = SIGNATURE_LIST,     [TYPE_MAP] = SIGNATURE_MAP,
        [TYPE_BUFFER] = SIGNATURE_BUFFER, [TYPE_FN] = SIGNATURE_FN,
        [TYPE_CHAN] = SIGNATURE_CHAN,     [TYPE_PROCESS] = SIGNATURE_PROCESS,
        [TYPE_ERROR] = SIGNATURE_ERROR,   [TYPE_RANGE] = SIGNATURE_RANGE,
    };
    value_type type = value_type_of(v);
    int64_t n;
    if (type == TYPE_INT)
        return context_int64(v, &n) ? SIGNATURE_INT : SIGNATURE_BIG;
    return bits[type];
}

static verdict refuse(csp_vm *vm, process *p, const host_native *n, const signature_param *param,
                      value v)
{
    if (param->types & SIGNATURE_INT && type_bit(v) == SIGNATURE_BIG)
        return vm_raise(vm, ERR_VALUE, "the int for `%s` of `%s` does not fit 64 bits", param->name,
                        n->entry.name);
    char types[160], what[256];
    signature_describe(n->of, param, types, sizeof types);
    snprintf(what, sizeof what, "%s for `%s` of `%s`", types, param->name, n->entry.name);
    return vm_raise_type(vm, p, v, what);
}

/* A closed one is no argument for anything. */
static verdict check_object(csp_vm *vm, process *p, const host_native *n,
                            const signature_param *param, value v)
{
    const host_object *o = value_hosted(v);
    bool taken = (param->types & SIGNATURE_ANY) != 0;
    for (uint32_t i = 0; !taken && i < param->class_count; i++)
        taken = n->of->classes[param->first_class + i].of == o->of;
    if (!taken)
        return refuse(vm, p, n, param, v);
    if (!o->data)
        return vm_raise(vm, ERR_CLOSED, "the %s for `%s` of `%s` has been closed", o->of->name,
                        param->name, n->entry.name);
    return VERDICT_DONE;
}

static __attribute__((noinline)) verdict check(csp_vm *vm, process *p, const host_native *n,
                                               const signature_param *param, value v)
{
    if (value_is_object(v) && !value_usable(p, v))
        return vm_raise_moved(vm, v);
    if (value_is(v, OBJ_HOSTED))
        return check_object(vm, p, n, param, v);
    if (param->types & (SIGNATURE_ANY | type_bit(v)))
        return VERDICT_DONE;
    return refuse(vm, p, n, param, v);
}

/* The low bits of a word, which tell what is no object (value.h). */
enum { TAGS = 8, TAG_BITS = TAGS - 1 };

/* Which tags show that a value is right for a parameter, as a set of bits. What may be an object,
 * or ABSENT, is looked at; so are nil and bools, which share a tag. */
static uint8_t tags_taken(const signature_param *param)
{
    bool any = (param->types & SIGNATURE_ANY) != 0;
    unsigned set = 0;
    for (value tag = 1; tag < TAGS; tag++) {
        bool int_taken = value_is_int(tag) && (any || param->types & SIGNATURE_INT);
        bool float_taken = value_is_flonum(tag) && (any || param->types & SIGNATURE_FLOAT);
        set |= (unsigned)(int_taken || float_taken) << tag;
    }
    return (uint8_t)set;
}

static inline bool tags_tell(const host_native *n, const value *args, uint32_t argc)
{
    if (__builtin_expect(argc > n->tagged, 0))
        return false;
    for (uint32_t i = 0; i < argc; i++)
        if ((n->tags[i] >> (args[i] & TAG_BITS) & 1) == 0)
            return false;
    return true;
}

/* The caller has seen to their number. */
static __attribute__((noinline)) verdict check_all(csp_vm *vm, process *p, const host_native *n,
                                                   const value *args)
{
    const signature_param *params = n->of->params;
    uint32_t count = n->of->count, argc = native_argc(vm);
    for (uint32_t i = 0; i < argc; i++) {
        if (args[i] == VALUE_ABSENT) /* it has a default */
            continue;
        verdict v = check(vm, p, n, &params[i < count ? i : count], args[i]);
        if (__builtin_expect(v != VERDICT_DONE, 0))
            return v;
    }
    return VERDICT_DONE;
}

static inline verdict check_args(csp_vm *vm, process *p, const host_native *n, const value *args)
{
    if (__builtin_expect(tags_tell(n, args, native_argc(vm)), 1))
        return VERDICT_DONE;
    return check_all(vm, p, n, args);
}

static inline verdict run(csp_vm *vm, process *p, const host_native *n, value *args, value *result)
{
    host_natives *of = &host_of(vm)->natives;
    csp_context *c = &of->simple[of->steps % SIMPLE_CONTEXTS];
    c->caller = p;
    c->native = n;
    c->args = args;
    c->argc = native_argc(vm);
    step_before before;
    if (__builtin_expect(!step_begin(c, &before), 0))
        return VERDICT_FAIL;
    step_end(c, &before, n->fn(c));
    if (__builtin_expect(c->completers != NULL, 0))
        completer_release_all(c, false);
    if (__builtin_expect(c->verdict != VERDICT_DONE, 0))
        return vm_raise_value(vm, c->result);
    *result = c->result;
    return VERDICT_DONE;
}

verdict native_run(csp_vm *vm, process *p, const host_native *n, value *args, value *result)
{
    return run(vm, p, n, args, result);
}

static verdict call(csp_vm *vm, process *p, value *args, value *result)
{
    const host_native *n = (const host_native *)native_called(vm, args);
    verdict v = check_args(vm, p, n, args);
    return __builtin_expect(v == VERDICT_DONE, 1) ? run(vm, p, n, args, result) : v;
}

/* Of one that suspends. */
static verdict call_frame(csp_vm *vm, process *p, value *args, value *result)
{
    (void)result;
    const host_native *n = (const host_native *)native_called(vm, args);
    verdict v = check_args(vm, p, n, args);
    return v == VERDICT_DONE ? native_become(vm, &n->frame) : v;
}

/* ---- Finding ---- */

static int compare(const void *a, const void *b)
{
    return strcmp((*(const host_native *const *)a)->entry.name,
                  (*(const host_native *const *)b)->entry.name);
}

const host_native *native_find(const native_table *tables, const char *name)
{
    const host_native wanted = {.entry = {.name = name}}, *key = &wanted;
    for (const native_table *t = tables; t; t = t->next) {
        const host_native **found = bsearch(&key, t->sorted, t->count, sizeof *t->sorted, compare);
        if (found)
            return *found;
    }
    return NULL;
}

void native_each(const native_table *tables, void (*each)(void *user, const char *name), void *user)
{
    for (const native_table *t = tables; t; t = t->next)
        for (size_t i = 0; i < t->count; i++)
            if (t->natives[i].entry.name[0] != '_')
                each(user, t->natives[i].entry.name);
}

/* ---- Making a table ---- */

/* One csp_natives_add. */
typedef struct adding {
    host *h;
    const char *module;
    native_table *table;
    size_t defaults; /* used so far */
} adding;

static csp_status misuse(const adding *a, size_t index, const char *text, const char *what)
{
    return door_misuse(a->h->vm, "csp_natives_add", "native %zu of `%s`, \"%.80s\": %s", index + 1,
                       a->module, text ? text : "", what);
}

/* "…: expected `,` or `)`, got `Enemy`, at byte 9: `Enemy)`" */
static csp_status misread(const adding *a, size_t index, const char *text,
                          const signature_fault *fault)
{
    char what[sizeof fault->what + 64];
    if (!fault->what[0])
        return host_fail_memory(a->h);
    snprintf(what, sizeof what, "%s, at byte %zu: `%.20s`", fault->what, fault->at,
             text + fault->at);
    return misuse(a, index, text, what);
}

/* Fills in what the signature says of parameters; classes are looked up. */
static csp_status complete(const adding *a, size_t index, host_native *n, const char *text)
{
    signature *of = n->of;
    for (uint32_t i = 0; i < of->class_count; i++) {
        signature_class *class = &of->classes[i];
        char what[120];
        class->of = class_find(a->h, class->name, strlen(class->name));
        if (class->of)
            continue;
        snprintf(what, sizeof what, "there is no type or class `%.60s`: see csp_class_add",
                 class->name);
        return misuse(a, index, text, what);
    }
    n->names = calloc(of->count + 1u, sizeof *n->names);
    n->tags = malloc(of->count + 1u);
    if (!n->names || !n->tags)
        return host_fail_memory(a->h);
    n->tagged = of->count;
    for (uint32_t i = 0; i < of->count; i++) {
        n->names[i] = of->params[i].name;
        n->tags[i] = tags_taken(&of->params[i]);
    }
    return CSP_OK;
}

static csp_status read_native(adding *a, size_t index, const csp_native *given)
{
    host_native *n = &a->table->natives[index];
    const char *text = given->signature;
    if (!text || !given->fn)
        return misuse(a, index, text, text ? "fn is NULL" : "the signature is NULL");
    signature_fault fault;
    n->of = signature_parse(text, strlen(text), &fault);
    if (!n->of)
        return misread(a, index, text, &fault);
    const char *doc = given->doc ? given->doc : "";
    size_t length = strlen(text) + 1;
    n->texts = malloc(length + strlen(doc) + 1);
    if (!n->texts)
        return host_fail_memory(a->h);
    memcpy(n->texts, text, length);
    memcpy(n->texts + length, doc, strlen(doc) + 1);
    bool rest = n->of->has_rest;
    n->entry = (native_entry){.name = n->of->name,
                              .signature = n->texts,
                              .doc = n->texts + length,
                              .fn = given->suspends ? call_frame : call,
                              .min = (uint8_t)n->of->required,
                              .max = rest ? NATIVE_VARIADIC : (uint8_t)n->of->count};
    n->fn = given->fn;
    n->data = given->data;
    n->suspends = given->suspends;
    if (n->suspends)
        suspend_entry(&n->entry, &n->frame);
    a->defaults += n->of->count;
    csp_status status = complete(a, index, n, text);
    n->entry.names = n->names;
    return status;
}

/* Copies of any size of csp_native, one after the other. False: what this library does not know of
 * one is not zero. */
static bool native_at(const csp_native *natives, size_t size, size_t index, csp_native *out)
{
    const char *from = (const char *)natives + index * size;
    *out = (csp_native){0};
    memcpy(out, from, size < sizeof *out ? size : sizeof *out);
    for (size_t i = sizeof *out; i < size; i++)
        if (from[i])
            return false;
    return true;
}

static csp_status read_all(adding *a, const csp_native *natives, size_t count, size_t size)
{
    for (size_t i = 0; i < count; i++) {
        csp_native given;
        if (!native_at(natives, size, i, &given))
            return host_fail(a->h, CSP_E_VERSION, "version",
                             "csp_natives_add: the table is for a later version of the library");
        csp_status status = read_native(a, i, &given);
        if (status != CSP_OK)
            return status;
        a->table->sorted[i] = &a->table->natives[i];
    }
    return CSP_OK;
}

static csp_status check_names(const adding *a, const native_table *others)
{
    native_table *t = a->table;
    if (t->sorted)
        qsort(t->sorted, t->count, sizeof *t->sorted, compare);
    for (size_t i = 0; i < t->count; i++) {
        const host_native *n = t->sorted[i];
        bool twice = i > 0 && strcmp(n->entry.name, t->sorted[i - 1]->entry.name) == 0;
        if (twice || native_find(others, n->entry.name))
            return misuse(a, (size_t)(n - t->natives), n->entry.signature,
                          "the module has a native of that name");
    }
    return CSP_OK;
}

static value default_of(csp_vm *vm, const signature_param *p)
{
    switch (p->fallback) {
    case SIGNATURE_NO_DEFAULT: return VALUE_ABSENT;
    case SIGNATURE_DEFAULT_NIL: return VALUE_NIL;
    case SIGNATURE_DEFAULT_TRUE: return VALUE_TRUE;
    case SIGNATURE_DEFAULT_FALSE: return VALUE_FALSE;
    case SIGNATURE_DEFAULT_INT: return num_int(vm, p->as.number);
    case SIGNATURE_DEFAULT_FLOAT: return num_float(vm, p->as.real);
    case SIGNATURE_DEFAULT_TEXT: return str_new(vm, p->as.text.start, p->as.text.size);
    }
    return VALUE_ABSENT;
}

static csp_status make_defaults(const adding *a)
{
    native_table *t = a->table;
    value *next = t->defaults = heap_pinned((a->defaults + 1) * sizeof *next);
    if (!next)
        return host_fail_memory(a->h);
    for (size_t i = 0; i < t->count; i++) {
        host_native *n = &t->natives[i];
        n->defaults = next;
        for (uint32_t k = 0; k < n->of->count; k++, next++) {
            *next = default_of(a->h->vm, &n->of->params[k]);
            if (*next == VALUE_ABSENT && n->of->params[k].fallback != SIGNATURE_NO_DEFAULT)
                return host_fail_memory(a->h);
        }
    }
    return CSP_OK;
}

void native_table_free(native_table *t)
{
    if (!t)
        return;
    for (size_t i = 0; i < t->count; i++) {
        signature_free(t->natives[i].of);
        free(t->natives[i].names);
        free(t->natives[i].tags);
        free(t->natives[i].texts);
    }
    heap_unpin(t->defaults);
    free(t->sorted);
    free(t);
}

csp_status native_table_new(host *h, const char *name, const native_table *others,
                            const csp_native *natives, size_t count, size_t size,
                            native_table **out)
{
    enum { MOST = 1 << 20 };
    if (size < offsetof(csp_native, fn) + sizeof natives->fn || size % sizeof(void *) != 0)
        return door_misuse(h->vm, "csp_natives_add", "the size is not that of a csp_native");
    if ((!natives && count > 0) || count > MOST)
        return door_misuse(h->vm, "csp_natives_add",
                           natives ? "there are more than a million natives" : "the table is NULL");
    native_table *t = calloc(1, sizeof *t + count * sizeof *t->natives);
    adding a = {.h = h, .module = name, .table = t};
    if (t)
        t->sorted = calloc(count + 1, sizeof *t->sorted);
    csp_status status = t && t->sorted ? CSP_OK : host_fail_memory(h);
    if (status == CSP_OK) {
        t->count = count;
        status = read_all(&a, natives, count, size);
    }
    if (status == CSP_OK)
        status = check_names(&a, others);
    if (status == CSP_OK)
        status = make_defaults(&a);
    if (status != CSP_OK)
        native_table_free(t);
    *out = status == CSP_OK ? t : NULL;
    return status;
}

/* ---- A VM's beginning and end ---- */

bool natives_init(host *h)
{
    csp_context *simple = h->natives.simple = heap_pinned(SIMPLE_CONTEXTS * sizeof *simple);
    for (int i = 0; simple && i < SIMPLE_CONTEXTS; i++)
        simple[i].host = h;
    return simple != NULL;
}

void natives_end(host *h, bool wait)
{
    suspend_end_all(h);
    offload_end_all(h, wait);
}

void natives_free(host *h)
{
    heap_unpin(h->natives.simple);
    suspend_free(h);
}

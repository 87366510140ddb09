#include "stdlib/regex_code.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* --- the library */

/* clang-format off */
#define FUNCTIONS(F) \
    F(compile) F(code_free) F(jit_compile) F(match) F(match_data_create_from_pattern) \
    F(match_data_free) F(get_ovector_pointer) F(pattern_info) F(get_error_message) \
    F(match_context_create) F(match_context_free) F(set_match_limit) F(jit_stack_create) \
    F(jit_stack_free) F(jit_stack_assign)
/* clang-format on */

#define POINTER(name) __typeof__(&PCRE2_SUFFIX(pcre2_##name##_)) name;
static struct {
    FUNCTIONS(POINTER)
    bool there;
} pcre;
#undef POINTER

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void open_library(void)
{
    void *library = dlopen("libpcre2-8.so.0", RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return;
    pcre.there = true;
#define FIND(name)                                         \
    {                                                      \
        void *found = dlsym(library, "pcre2_" #name "_8"); \
        memcpy(&pcre.name, &found, sizeof found);          \
        pcre.there = pcre.there && found;                  \
    }
    FUNCTIONS(FIND)
#undef FIND
}

/* --- compiling */

struct regex_code {
    atomic_uint users;
    pcre2_code *code;
    uint32_t limit, groups, name_count, name_size;
    const uint8_t *names;
    regex_code *next; /* of those that are kept */
    size_t size;
    char flags[8];
    char pattern[];
};

static uint32_t option_of(char flag)
{
    return flag == 'i'   ? PCRE2_CASELESS
           : flag == 'm' ? PCRE2_MULTILINE
           : flag == 's' ? PCRE2_DOTALL
                         : PCRE2_EXTENDED;
}

static regex_code *compile(const char *pattern, size_t size, const char *flags, uint32_t limit,
                           regex_failure *failure)
{
    regex_code *c = calloc(1, sizeof *c + size + 1);
    failure->why = REGEX_NO_MEMORY;
    if (!c)
        return NULL;
    uint32_t options =
        PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C | PCRE2_DOLLAR_ENDONLY | PCRE2_NO_UTF_CHECK;
    for (const char *flag = flags; *flag; flag++)
        options |= option_of(*flag);
    memcpy(c->pattern, pattern, size);
    int error;
    c->code = pcre.compile((PCRE2_SPTR)c->pattern, size, options, &error, &failure->at, NULL);
    if (!c->code) {
        failure->why = error == PCRE2_ERROR_HEAP_FAILED ? REGEX_NO_MEMORY : REGEX_BAD;
        pcre.get_error_message(error, (PCRE2_UCHAR *)failure->message, sizeof failure->message);
        free(c);
        return NULL;
    }
    pcre.jit_compile(c->code, PCRE2_JIT_COMPLETE); /* without it matches are only slower */
    pcre.pattern_info(c->code, PCRE2_INFO_CAPTURECOUNT, &c->groups);
    pcre.pattern_info(c->code, PCRE2_INFO_NAMECOUNT, &c->name_count);
    pcre.pattern_info(c->code, PCRE2_INFO_NAMEENTRYSIZE, &c->name_size);
    pcre.pattern_info(c->code, PCRE2_INFO_NAMETABLE, &c->names);
    atomic_init(&c->users, 1);
    c->size = size;
    c->limit = limit;
    snprintf(c->flags, sizeof c->flags, "%s", flags);
    return c;
}

regex_code *regex_hold(regex_code *c)
{
    atomic_fetch_add(&c->users, 1);
    return c;
}

void regex_drop(regex_code *c)
{
    if (atomic_fetch_sub(&c->users, 1) != 1)
        return;
    pcre.code_free(c->code);
    free(c);
}

/* Those that were used last, the latest first. */
enum { KEPT = 64 };
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static regex_code *kept;

/* Takes it out of the list; NULL: it is not there. */
static regex_code *take_locked(const char *pattern, size_t size, const char *flags, uint32_t limit)
{
    for (regex_code **at = &kept; *at; at = &(*at)->next) {
        regex_code *c = *at;
        if (c->size != size || c->limit != limit || strcmp(c->flags, flags) != 0 ||
            memcmp(c->pattern, pattern, size) != 0)
            continue;
        *at = c->next;
        return c;
    }
    return NULL;
}

/* Puts it first, and gives the one that falls out; NULL: there is room. */
static regex_code *keep_locked(regex_code *c)
{
    c->next = kept;
    kept = c;
    unsigned count = 1;
    for (; c->next; c = c->next)
        if (count++ == KEPT) {
            regex_code *last = c->next;
            c->next = NULL;
            return last;
        }
    return NULL;
}

regex_code *regex_compile(const char *pattern, size_t size, const char *flags, uint32_t limit,
                          regex_failure *failure)
{
    pthread_once(&once, open_library);
    *failure = (regex_failure){.why = REGEX_NO_LIBRARY};
    if (!pcre.there)
        return NULL;
    pthread_mutex_lock(&lock);
    regex_code *c = take_locked(pattern, size, flags, limit);
    pthread_mutex_unlock(&lock);
    if (!c)
        c = compile(pattern, size, flags, limit, failure);
    if (!c)
        return NULL;
    regex_hold(c);
    pthread_mutex_lock(&lock);
    regex_code *last = keep_locked(c);
    pthread_mutex_unlock(&lock);
    if (last)
        regex_drop(last);
    return c;
}

uint32_t regex_groups(const regex_code *c) { return c->groups; }

const char *regex_name(const regex_code *c, uint32_t i, uint32_t *group)
{
    if (i >= c->name_count)
        return NULL;
    const uint8_t *entry = c->names + (size_t)i * c->name_size;
    *group = (uint32_t)entry[0] << 8 | entry[1];
    return (const char *)entry + 2;
}

/* --- matching */

enum { QUICK_LIMIT = 20000, JIT_STACK_FIRST = 32 << 10, JIT_STACK_MOST = 8 << 20 };

typedef struct matcher {
    pcre2_match_data *data;
    pcre2_match_context *context;
    pcre2_jit_stack *stack;
} matcher;

static void matcher_end(const matcher *m)
{
    if (m->stack)
        pcre.jit_stack_free(m->stack);
    if (m->context)
        pcre.match_context_free(m->context);
    if (m->data)
        pcre.match_data_free(m->data);
}

static bool matcher_begin(matcher *m, const regex_code *c, bool quick)
{
    *m = (matcher){.data = pcre.match_data_create_from_pattern(c->code, NULL),
                   .context = pcre.match_context_create(NULL)};
    if (!quick)
        m->stack = pcre.jit_stack_create(JIT_STACK_FIRST, JIT_STACK_MOST, NULL);
    if (!m->data || !m->context || (!quick && !m->stack)) {
        matcher_end(m);
        return false;
    }
    if (m->stack)
        pcre.jit_stack_assign(m->context, NULL, m->stack);
    if (quick)
        pcre.set_match_limit(m->context,
                             c->limit && c->limit < QUICK_LIMIT ? c->limit : QUICK_LIMIT);
    else if (c->limit)
        pcre.set_match_limit(m->context, c->limit);
    return true;
}

static size_t next_character(const char *text, size_t size, size_t at)
{
    for (at++; at < size && ((unsigned char)text[at] & 0xc0) == 0x80;)
        at++;
    return at;
}

static void record(const matcher *m, const regex_code *c, regex_scan *scan, size_t *found)
{
    const PCRE2_SIZE *places = pcre.get_ovector_pointer(m->data);
    memcpy(found, places, 2 * (c->groups + (size_t)1) * sizeof *found);
    if (found[0] > found[1]) /* \K can do that */
        found[0] = found[1];
    size_t before = scan->at;
    scan->at_empty = found[0] == found[1];
    scan->at = found[1] > before ? found[1] : before;
}

regex_end regex_run(const regex_code *c, const char *text, size_t size, regex_scan *scan,
                    bool quick, size_t *found, uint32_t room, uint32_t *count)
{
    matcher m;
    *count = 0;
    if (!matcher_begin(&m, c, quick))
        return REGEX_NO_MORE_MEMORY;
    regex_end end = REGEX_FULL;
    size_t places = 2 * (c->groups + (size_t)1);
    while (end == REGEX_FULL && *count < room) {
        uint32_t options = scan->at_empty ? PCRE2_NOTEMPTY_ATSTART | PCRE2_ANCHORED : 0;
        int got = pcre.match(c->code, (PCRE2_SPTR)text, size, scan->at,
                             options | PCRE2_NO_UTF_CHECK, m.data, m.context);
        if (got > 0) {
            record(&m, c, scan, found + places * (*count)++);
        } else if (got == PCRE2_ERROR_NOMATCH && scan->at_empty && scan->at < size) {
            scan->at = next_character(text, size, scan->at);
            scan->at_empty = false;
        } else {
            end = got == PCRE2_ERROR_NOMATCH    ? REGEX_ALL
                  : got == PCRE2_ERROR_NOMEMORY ? REGEX_NO_MORE_MEMORY
                                                : REGEX_LIMIT;
        }
    }
    matcher_end(&m);
    return end;
}

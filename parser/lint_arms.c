/* Patterns that can never match, because an earlier one matches everything that they match. */
#include "parser/lint_internal.h"

#include <string.h>

/* ---- one pattern and another ---- */

static bool same_text(const ast_text *a, const ast_text *b)
{
    return a->length == b->length && memcmp(a->bytes, b->bytes, a->length) == 0;
}

static bool same_integer(const ast_integer *a, const ast_integer *b)
{
    if (a->fits || b->fits)
        return a->fits == b->fits && a->value == b->value;
    return a->base == b->base && a->length == b->length &&
           memcmp(a->digits, b->digits, a->length) == 0;
}

static bool same_literal(const ast_node *a, const ast_node *b)
{
    if (a->kind != b->kind)
        return false;
    if (a->kind == AST_INT)
        return same_integer(&a->as.integer, &b->as.integer);
    if (a->kind == AST_FLOAT)
        return a->as.number == b->as.number;
    if (a->kind == AST_STRING || a->kind == AST_BYTES)
        return same_text(&a->as.text, &b->as.text);
    return true; /* nil, true, false */
}

static bool covers(const ast_node *a, const ast_node *b);

/* For tuples and lists: as many elements, or a rest that takes the others. */
static bool covers_elements(const ast_pattern *a, const ast_pattern *b)
{
    uint32_t count = a->elements.count;
    if (a->has_rest ? b->elements.count < count : b->has_rest || b->elements.count != count)
        return false;
    for (uint32_t i = 0; i < count; i++)
        if (!covers(a->elements.items[i], b->elements.items[i]))
            return false;
    return true;
}

/* `error(kind)` takes every error of that kind. */
static bool covers_error(const ast_pattern *a, const ast_pattern *b)
{
    if (a->elements.count > b->elements.count)
        return false;
    for (uint32_t i = 0; i < a->elements.count; i++)
        if (!covers(a->elements.items[i], b->elements.items[i]))
            return false;
    return true;
}

static const ast_entry *find_key(const ast_map *map, const ast_node *key)
{
    for (uint32_t i = 0; i < map->count; i++)
        if (same_text(&map->entries[i].key->as.text, &key->as.text))
            return &map->entries[i];
    return NULL;
}

/* Every key that a requires, b requires, too. */
static bool covers_map(const ast_map *a, const ast_map *b)
{
    enum { MOST = 32 }; /* keys: larger patterns are not worth the time */
    if (a->count > MOST || b->count > MOST)
        return false;
    for (uint32_t i = 0; i < a->count; i++) {
        const ast_entry *other = find_key(b, a->entries[i].key);
        if (!other || !covers(a->entries[i].value, other->value))
            return false;
    }
    return true;
}

static bool is_always(const ast_node *pattern)
{
    if (pattern->kind != PAT_ALTERNATIVES)
        return pattern->kind == PAT_HOLE || pattern->kind == PAT_NAME;
    for (uint32_t i = 0; i < pattern->as.list.count; i++)
        if (is_always(pattern->as.list.items[i]))
            return true;
    return false;
}

/* Whether a matches everything that b matches. When in doubt: no. */
static bool covers(const ast_node *a, const ast_node *b)
{
    if (is_always(a))
        return true;
    if (a->kind == PAT_ALTERNATIVES || b->kind == PAT_ALTERNATIVES || a->kind != b->kind)
        return false;
    if (a->kind == PAT_LITERAL)
        return same_literal(a->as.unary.operand, b->as.unary.operand);
    if (a->kind == PAT_TUPLE || a->kind == PAT_LIST)
        return covers_elements(&a->as.pattern, &b->as.pattern);
    if (a->kind == PAT_ERROR)
        return covers_error(&a->as.pattern, &b->as.pattern);
    if (a->kind == PAT_MAP)
        return covers_map(&a->as.map, &b->as.map);
    return false;
}

/* ---- one pattern and those before it ---- */

enum { MOST_SHAPES = 64 };

/* The earlier patterns. Literals are found by a hash, so a long table of them takes no time. */
typedef struct seen {
    const ast_node **slots; /* literals */
    uint32_t mask, seed;
    const ast_node *shapes[MOST_SHAPES]; /* the others; only the first ones count */
    uint32_t shape_count;
    const ast_node *always;
} seen;

/* Seeded by an address, so that no table can be written to make all its literals collide. */
static uint32_t hash_bytes(const seen *s, const char *bytes, size_t length)
{
    uint32_t hash = 2166136261u ^ s->seed;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)bytes[i]) * 16777619u;
    return hash;
}

static uint32_t hash_literal(const seen *s, const ast_node *literal)
{
    if (literal->kind == AST_INT)
        return literal->as.integer.fits
                   ? hash_bytes(s, (const char *)&literal->as.integer.value,
                                sizeof literal->as.integer.value)
                   : hash_bytes(s, literal->as.integer.digits, literal->as.integer.length);
    if (literal->kind == AST_FLOAT) {
        double number = literal->as.number + 0.0; /* -0.0 equals 0.0 */
        return hash_bytes(s, (const char *)&number, sizeof number);
    }
    if (literal->kind == AST_STRING || literal->kind == AST_BYTES)
        return hash_bytes(s, literal->as.text.bytes, literal->as.text.length);
    return (uint32_t)literal->kind;
}

static bool open_seen(linter *l, seen *s, uint32_t count)
{
    *s = (seen){0};
    uint32_t size = 16;
    while (size / 2 <= count)
        size *= 2;
    s->slots = arena_alloc(l->arena, size * sizeof(const ast_node *));
    s->mask = size - 1;
    s->seed = (uint32_t)((uintptr_t)s->slots >> 4);
    return s->slots != NULL;
}

/* The place of an equal literal, or a free one. */
static const ast_node **find_literal(seen *s, const ast_node *pattern)
{
    uint32_t i = hash_literal(s, pattern->as.unary.operand) & s->mask;
    while (s->slots[i] && !same_literal(s->slots[i]->as.unary.operand, pattern->as.unary.operand))
        i = (i + 1) & s->mask;
    return &s->slots[i];
}

static const ast_node *find_cover(seen *s, const ast_node *pattern)
{
    if (s->always)
        return s->always;
    if (pattern->kind == PAT_LITERAL)
        return *find_literal(s, pattern);
    for (uint32_t i = 0; i < s->shape_count; i++)
        if (covers(s->shapes[i], pattern))
            return s->shapes[i];
    return NULL;
}

static void remember(seen *s, const ast_node *pattern)
{
    if (is_always(pattern))
        s->always = pattern;
    else if (pattern->kind == PAT_LITERAL)
        *find_literal(s, pattern) = pattern;
    else if (s->shape_count < MOST_SHAPES)
        s->shapes[s->shape_count++] = pattern;
}

static void report_arm(linter *l, src_span at, const char *what, const ast_node *cover)
{
    diag *d = lint_warn(l, LINT_UNREACHABLE_ARM, at, "this %s can never be reached", what);
    diag_related(d, cover->span,
                 is_always(cover) ? "this matches everything" : "this matches all that it would");
}

/* The alternatives of one pattern, including a single one. Returns how many of them are covered;
 * *cover: by what, the last one. */
static uint32_t dead_alternatives(linter *l, seen *s, const ast_list *list, bool say,
                                  const ast_node **cover)
{
    uint32_t dead = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        const ast_node *found = find_cover(s, list->items[i]);
        if (!found)
            continue;
        dead++;
        *cover = found;
        if (say)
            report_arm(l, list->items[i]->span, "alternative", found);
    }
    return dead;
}

static ast_list alternatives_of(ast_node *const *pattern)
{
    return (*pattern)->kind == PAT_ALTERNATIVES ? (*pattern)->as.list
                                                : (ast_list){(ast_node **)(uintptr_t)pattern, 1};
}

void lint_alternatives(linter *l, const ast_node *pattern)
{
    seen s;
    if (!open_seen(l, &s, pattern->as.list.count))
        return;
    for (uint32_t i = 0; i < pattern->as.list.count; i++) {
        const ast_node *found = find_cover(&s, pattern->as.list.items[i]);
        if (found)
            report_arm(l, pattern->as.list.items[i]->span, "alternative", found);
        else
            remember(&s, pattern->as.list.items[i]);
    }
}

static void check_arm(linter *l, seen *s, const ast_match_arm *arm)
{
    ast_list list = alternatives_of(&arm->pattern);
    const ast_node *cover = NULL;
    uint32_t dead = dead_alternatives(l, s, &list, false, &cover);
    if (dead == list.count && cover) {
        report_arm(l, arm->pattern->span, "arm", cover);
        return;
    }
    if (dead > 0)
        dead_alternatives(l, s, &list, true, &cover);
    if (list.count > 1)
        lint_alternatives(l, arm->pattern);
    for (uint32_t i = 0; i < list.count && !arm->guard; i++)
        remember(s, list.items[i]);
}

void lint_arms(linter *l, const ast_match *match)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < match->count; i++)
        count += match->arms[i].pattern->kind == PAT_ALTERNATIVES
                     ? match->arms[i].pattern->as.list.count
                     : 1;
    seen s;
    if (!open_seen(l, &s, count))
        return;
    for (uint32_t i = 0; i < match->count; i++)
        check_arm(l, &s, &match->arms[i]);
}

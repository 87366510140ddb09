/* Patterns become steps (matching.h). */
#include <stdlib.h>

#include "compiler/matching.h"
#include "vm/core/vm.h"
#include "vm/number/num.h"

/* --- which parts are shared: looked at by several alternatives, and tested by one of them */

static part *find_part(const matching *m, const part *of, part_kind kind, uint32_t which)
{
    for (unsigned i = 0; of && i < m->part_count; i++) {
        part *p = m->parts[i];
        if (p->of == of && p->which == which && p->kind == kind)
            return p;
    }
    return NULL;
}

static part *new_part(matching *m, const part *of, part_kind kind, uint32_t which)
{
    if (m->part_count == MATCHING_CANDIDATES)
        return NULL;
    part *fresh = matching_alloc(m, sizeof *fresh);
    if (!fresh)
        return NULL;
    *fresh = (part){.of = of, .kind = kind, .which = which};
    m->parts[m->part_count++] = fresh;
    return fresh;
}

matching *matching_begin(builder *b, unsigned reg)
{
    matching *m = calloc(1, sizeof *m);
    if (!m) {
        b->c->failed = true;
        return NULL;
    }
    m->b = b;
    part *all = new_part(m, NULL, PART_ALL, 0);
    if (!all) {
        matching_end(m);
        return NULL;
    }
    all->reg = reg;
    return m;
}

static uint32_t key_constant(matching *m, const ast_entry *entry)
{
    const ast_text *key = &entry->key->as.text;
    return compile_string(m->b->c, key->bytes, key->length);
}

static void count_parts(matching *m, const ast_node *pattern, part *at);

static void count_part(matching *m, const ast_node *pattern, const part *of, part_kind kind,
                       uint32_t which)
{
    if (pattern->kind == PAT_HOLE && kind != PART_KEY)
        return;
    part *at = find_part(m, of, kind, which);
    if (!at)
        at = new_part(m, of, kind, which);
    if (!at)
        return;
    at->tested |= kind == PART_KEY;
    count_parts(m, pattern, at);
}

static void count_parts(matching *m, const ast_node *pattern, part *at)
{
    at->shared |= at->seen != 0 && at->seen != m->alternatives;
    at->seen = m->alternatives;
    at->tested |= pattern->kind != PAT_NAME && pattern->kind != PAT_HOLE;
    if (pattern->kind == PAT_ALTERNATIVES) {
        for (uint32_t i = 0; i < pattern->as.list.count; i++) {
            m->alternatives++;
            count_parts(m, pattern->as.list.items[i], at);
        }
    } else if (pattern->kind == PAT_MAP) {
        for (uint32_t i = 0; i < pattern->as.map.count; i++) {
            const ast_entry *entry = &pattern->as.map.entries[i];
            count_part(m, entry->value, at, PART_KEY, key_constant(m, entry));
        }
    } else if (pattern->kind == PAT_TUPLE || pattern->kind == PAT_LIST ||
               pattern->kind == PAT_ERROR) {
        part_kind kind = pattern->kind == PAT_ERROR ? PART_OF_ERROR : PART_ELEMENT;
        for (uint32_t i = 0; i < pattern->as.pattern.elements.count; i++)
            count_part(m, pattern->as.pattern.elements.items[i], at, kind, i);
    }
}

void matching_count(matching *m, const ast_node *pattern)
{
    m->alternatives++;
    count_parts(m, pattern, m->parts[0]);
}

/* A part of a shared one that is no longer shared itself, since there are too many, is found by
 * nobody. */
void matching_choose_parts(matching *m)
{
    unsigned count = 0;
    for (unsigned i = 0; i < m->part_count; i++) {
        part *p = m->parts[i];
        if (i > 0 && (!p->shared || !p->tested || count == MATCHING_PARTS))
            continue;
        p->number = count;
        m->parts[count++] = p;
    }
    m->part_count = count;
}

/* --- steps */

/* What surrounds a pattern. */
typedef struct place_in {
    unsigned temporary; /* the next free one */
    bool alone;         /* not in one of several alternatives */
    bool first;         /* in none but first ones: names are declared here */
    const label *fail;
} place_in;

static void add(matching *m, step s)
{
    step *steps = compile_room(m->b, m->steps, &m->capacity, m->count, sizeof s);
    if (!steps)
        return;
    m->steps = steps;
    steps[m->count++] = s;
}

static label *new_label(matching *m) { return matching_alloc(m, sizeof(label)); }

static spot *new_spot(matching *m, spot *of, part_kind kind, uint32_t which, unsigned temporary)
{
    spot *fresh = matching_alloc(m, sizeof *fresh);
    if (fresh)
        *fresh = (spot){.of = of,
                        .kind = kind,
                        .which = which,
                        .part = find_part(m, of ? of->part : NULL, kind, which),
                        .temporary = temporary};
    return fresh;
}

static uint32_t slot(matching *m, bool first)
{
    return first && !m->declared ? m->names++ : NO_SLOT;
}

static void add_name(matching *m, spot *at, const ast_node *ast, place_in in)
{
    bool alias = at->part && in.alone && !m->copies && (at->of || m->owned);
    add(m, (step){.kind = alias ? STEP_ALIAS : STEP_BIND,
                  .span = ast->span,
                  .at = at,
                  .name = ast->as.name.binding,
                  .slot = alias ? NO_SLOT : slot(m, in.first)});
}

static void add_later(matching *m, spot *at, const ast_node *ast, uint32_t elements)
{
    later_step *later =
        compile_room(m->b, m->later, &m->later_capacity, m->later_count, sizeof *later);
    if (!later)
        return;
    m->later = later;
    later[m->later_count++] = (later_step){at, ast, elements};
}

static void add_postponed(matching *m, uint32_t from, place_in in)
{
    for (uint32_t i = from; i < m->later_count; i++) {
        const later_step *l = &m->later[i];
        if (l->elements == NOT_REST)
            add_name(m, l->at, l->ast, in);
        else
            add(m, (step){.kind = STEP_REST,
                          .span = l->ast->span,
                          .at = l->at,
                          .name = l->ast->as.name.binding,
                          .slot = slot(m, in.first),
                          .count = l->elements});
    }
    m->later_count = from;
}

static void add_test(matching *m, const ast_node *pattern, spot *at, opcode op, uint32_t operand,
                     place_in in)
{
    bool at_least = (op == OPC_TESTTUPLE || op == OPC_TESTLIST) && pattern->as.pattern.has_rest;
    add(m, (step){.kind = STEP_TEST,
                  .span = pattern->span,
                  .at = at,
                  .test = facts_test(m, at->part, op, operand, at_least),
                  .to = in.fail});
}

static void add_steps(matching *m, const ast_node *pattern, spot *at, place_in in);

/* The element of a tuple or list, or the part of an error. */
static void add_part(matching *m, const ast_node *pattern, spot *of, part_kind kind, uint32_t which,
                     place_in in)
{
    spot *at = pattern->kind == PAT_HOLE ? NULL : new_spot(m, of, kind, which, in.temporary);
    if (!at)
        return;
    if (pattern->kind == PAT_NAME) {
        add_later(m, at, pattern, NOT_REST);
        return;
    }
    at->loads = true;
    add(m, (step){.kind = STEP_LOAD, .span = pattern->span, .at = at});
    in.temporary += at->part == NULL;
    add_steps(m, pattern, at, in);
}

static void add_elements(matching *m, const ast_node *pattern, spot *at, place_in in)
{
    const ast_pattern *parts = &pattern->as.pattern;
    if (parts->elements.count > INT16_MAX) {
        compile_too_large(m->b, pattern->span);
        return;
    }
    opcode op = pattern->kind == PAT_TUPLE  ? OPC_TESTTUPLE
                : pattern->kind == PAT_LIST ? OPC_TESTLIST
                                            : OPC_TESTERROR;
    part_kind kind = pattern->kind == PAT_ERROR ? PART_OF_ERROR : PART_ELEMENT;
    add_test(m, pattern, at, op, kind == PART_ELEMENT ? parts->elements.count : 0, in);
    for (uint32_t i = 0; i < parts->elements.count; i++)
        add_part(m, parts->elements.items[i], at, kind, i, in);
    if (parts->rest && parts->rest->kind == PAT_NAME)
        add_later(m, at, parts->rest, parts->elements.count);
}

static void add_key(matching *m, const ast_entry *entry, spot *of, place_in in)
{
    const ast_node *pattern = entry->value;
    uint32_t key = key_constant(m, entry);
    spot *at = new_spot(m, of, PART_KEY, key, in.temporary);
    if (!at)
        return;
    at->loads = true;
    bool named = !at->part && pattern->kind == PAT_NAME;
    step s = {.kind = STEP_KEY,
              .span = entry->key->span,
              .at = at,
              .test = facts_test(m, of->part, OPC_TESTKEY, key, false),
              .slot = NO_SLOT,
              .to = in.fail};
    if (named) {
        s.name = pattern->as.name.binding;
        s.slot = slot(m, in.first);
        at->name = s.name;
    }
    add(m, s);
    in.temporary += at->part == NULL;
    if (pattern->kind != PAT_NAME)
        add_steps(m, pattern, at, in);
    else if (!named)
        add_later(m, at, pattern, NOT_REST);
}

static void add_literal(matching *m, const ast_node *pattern, spot *at, place_in in)
{
    value v;
    if (!compile_literal(m->b->c, pattern->as.unary.operand, &v))
        return;
    if (value_is_float(v) && num_as_double(v) == 0) /* what equals it is one constant */
        v = FLONUM_ZERO;
    add_test(m, pattern, at, OPC_TESTLIT, compile_constant(m->b->c, v), in);
}

/* The steps after the last alternative go on after each of them. */
static void add_alternatives(matching *m, ast_list nodes, spot *at, place_in in, src_span span)
{
    label *matched = new_label(m);
    const label *fail = in.fail;
    bool first = in.first;
    in.alone = false;
    for (uint32_t i = 0; i < nodes.count && matched; i++) {
        bool last = i + 1 == nodes.count;
        label *next = last ? NULL : new_label(m);
        uint32_t mark = m->later_count;
        in.fail = last ? fail : next;
        in.first = first && i == 0;
        add_steps(m, nodes.items[i], at, in);
        add_postponed(m, mark, in);
        if (!next)
            break;
        add(m, (step){.kind = STEP_GO, .span = span, .to = matched});
        next->at = m->count;
    }
    if (matched)
        matched->at = m->count;
}

static void add_steps(matching *m, const ast_node *pattern, spot *at, place_in in)
{
    uint32_t mark = m->later_count;
    if (pattern->kind == PAT_NAME)
        add_name(m, at, pattern, in);
    else if (pattern->kind == PAT_LITERAL)
        add_literal(m, pattern, at, in);
    else if (pattern->kind == PAT_ALTERNATIVES)
        add_alternatives(m, pattern->as.list, at, in, pattern->span);
    else if (pattern->kind == PAT_TUPLE || pattern->kind == PAT_LIST || pattern->kind == PAT_ERROR)
        add_elements(m, pattern, at, in);
    if (pattern->kind == PAT_MAP) {
        add_test(m, pattern, at, OPC_TESTMAP, 0, in);
        for (uint32_t i = 0; i < pattern->as.map.count; i++)
            add_key(m, &pattern->as.map.entries[i], at, in);
    }
    if (!at->part) /* its register is used again for what follows */
        add_postponed(m, mark, in);
}

static void add_whole(matching *m, const ast_node *pattern, const label *fail)
{
    spot *all = new_spot(m, NULL, PART_ALL, 0, 0);
    if (!all || !fail)
        return;
    all->part = m->parts[0];
    all->loads = true;
    place_in in = {.alone = true, .first = true, .fail = fail};
    add_steps(m, pattern, all, in);
    add_postponed(m, 0, in);
}

void matching_add_arm(matching *m, const ast_match_arm *arm)
{
    label *fail = new_label(m);
    uint32_t begin = m->count;
    m->names = 0;
    add(m, (step){.kind = STEP_ARM, .span = arm->span});
    add_whole(m, arm->pattern, fail);
    if (arm->guard)
        add(m, (step){.kind = STEP_GUARD, .span = arm->span, .to = fail, .ast = arm->guard});
    add(m, (step){.kind = STEP_BODY, .span = arm->span, .ast = arm->body});
    if (begin < m->count)
        m->steps[begin].count = m->names;
    if (fail)
        fail->at = m->count;
}

void matching_add_pattern(matching *m, const ast_node *pattern)
{
    label *fail = new_label(m);
    add_whole(m, pattern, fail);
    add(m, (step){.kind = STEP_BOUND, .span = pattern->span});
    if (fail)
        fail->at = m->count;
    matching_add_fail(m, pattern->span);
}

void matching_add_fail(matching *m, src_span at) { add(m, (step){.kind = STEP_FAIL, .span = at}); }

void matching_end(matching *m)
{
    free(m->steps);
    free(m->later);
    free(m->arrivals);
    free(m);
}

/* What is known of the shared parts of a matched value (matching.h). */
#include "compiler/matching.h"

void *matching_alloc(matching *m, size_t size)
{
    void *fresh = arena_alloc(m->b->c->ast->arena, size);
    if (!fresh)
        m->b->c->failed = true;
    return fresh;
}

/* Of tests of one value: what t gives where `held` has held. No value is of two types. */
static answer after(const test *held, const test *t)
{
    if (held == t)
        return ANSWER_YES;
    if (held->op == OPC_TESTKEY || t->op == OPC_TESTKEY)
        return ANSWER_UNKNOWN;
    if (held->op != t->op)
        return ANSWER_NO;
    if (t->op == OPC_TESTLIT)
        return held->operand == t->operand ? ANSWER_YES : ANSWER_NO;
    if (t->op != OPC_TESTTUPLE && t->op != OPC_TESTLIST)
        return ANSWER_YES;
    if (t->at_least && held->operand >= t->operand)
        return ANSWER_YES;
    if (!held->at_least)
        return !t->at_least && held->operand == t->operand ? ANSWER_YES : ANSWER_NO;
    return !t->at_least && held->operand > t->operand ? ANSWER_NO : ANSWER_UNKNOWN;
}

static void remember(part *of, test *t)
{
    t->bit = t->needs = UINT64_C(1) << of->test_count++;
    for (test *old = of->tests; old; old = old->next) {
        if (after(t, old) == ANSWER_YES)
            t->needs |= old->bit;
        if (after(old, t) == ANSWER_YES)
            old->needs |= t->bit;
    }
    t->next = of->tests;
    of->tests = t;
}

test *facts_test(matching *m, part *of, opcode op, uint32_t operand, bool at_least)
{
    for (test *t = of ? of->tests : NULL; t; t = t->next)
        if (t->op == op && t->operand == operand && t->at_least == at_least)
            return t;
    test *t = matching_alloc(m, sizeof *t);
    if (!t)
        return NULL;
    *t = (test){.op = op, .operand = operand, .at_least = at_least};
    if (of && of->test_count < MATCHING_TESTS)
        remember(of, t);
    return t;
}

bool facts_has(const facts *known, const spot *at)
{
    return at->part && (known->loaded >> at->part->number & 1) != 0;
}

answer facts_ask(const facts *known, const step *s)
{
    if (s->kind == STEP_LOAD || s->kind == STEP_KEY || s->kind == STEP_ALIAS)
        if (facts_has(known, s->at))
            return ANSWER_YES;
    if (s->kind != STEP_TEST && s->kind != STEP_KEY)
        return ANSWER_UNKNOWN;
    const part *of = s->kind == STEP_KEY ? s->at->of->part : s->at->part;
    if (!of)
        return ANSWER_UNKNOWN;
    if (known->of[of->number].refuted & s->test->needs)
        return ANSWER_NO;
    const test *held = known->of[of->number].held;
    return s->kind == STEP_TEST && held ? after(held, s->test) : ANSWER_UNKNOWN;
}

void facts_learn(facts *known, const step *s, bool held)
{
    const part *at = s->at->part;
    if (s->kind != STEP_TEST && held && at)
        known->loaded |= UINT64_C(1) << at->number;
    const part *of = s->kind == STEP_KEY ? s->at->of->part : at;
    if (!of)
        return;
    if (!held)
        known->of[of->number].refuted |= s->test->bit;
    else if (s->kind == STEP_TEST)
        known->of[of->number].held = s->test;
}

static size_t facts_size(const matching *m)
{
    return sizeof(facts) + m->part_count * sizeof((facts *)NULL)->of[0];
}

facts *facts_copy(matching *m, const facts *known)
{
    facts *fresh = m->unused;
    if (fresh)
        m->unused = fresh->next;
    else
        fresh = matching_alloc(m, facts_size(m));
    if (!fresh)
        return NULL;
    if (known)
        memcpy(fresh, known, facts_size(m));
    else
        memset(fresh, 0, facts_size(m));
    fresh->loaded |= 1;
    return fresh;
}

void facts_meet(const matching *m, facts *into, const facts *other)
{
    into->loaded &= other->loaded;
    for (unsigned i = 0; i < m->part_count; i++) {
        into->of[i].refuted &= other->of[i].refuted;
        if (into->of[i].held != other->of[i].held)
            into->of[i].held = NULL;
    }
}

void facts_drop(matching *m, facts *known)
{
    known->next = m->unused;
    m->unused = known;
}

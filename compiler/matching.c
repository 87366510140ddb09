/* The steps of patterns become code (matching.h), and with them `match`. */
#include <stdlib.h>

#include "compiler/kinds.h"
#include "compiler/matching.h"

static unsigned spot_register(const matching *m, const spot *at)
{
    if (at->part)
        return at->part->reg;
    return at->name ? at->name->reg : m->temporary_base + at->temporary;
}

/* --- ways */

/* The first step from `at` on whose result is not known. Whatever it needs has been loaded. */
static uint32_t leap(const matching *m, uint32_t at, const facts *known)
{
    for (uint32_t n = 0; n < MATCHING_LEAP; n++) {
        const step *s = &m->steps[at];
        answer result = facts_ask(known, s);
        if (s->kind == STEP_GO || result == ANSWER_NO)
            at = s->to->at;
        else if (s->kind == STEP_ARM || result == ANSWER_YES)
            at++;
        else
            break;
    }
    return at;
}

/* The jumps to where it goes on after a jump to the step `at`; takes what is known there. */
static jumps *leave(matching *m, uint32_t at, facts *known)
{
    arrival *a = &m->arrivals[known ? leap(m, at, known) : at];
    if (!known || !a->known) {
        a->known = known;
    } else {
        facts_meet(m, a->known, known);
        facts_drop(m, known);
    }
    return &a->from;
}

static void go(matching *m, uint32_t at, src_span span)
{
    if (m->b->reachable)
        compile_jump(m->b, leave(m, at, facts_copy(m, m->now)), span);
}

/* What falls through to here may know more than what jumps to here, and then goes on elsewhere. */
static void arrive(matching *m, uint32_t at, src_span span)
{
    arrival *a = &m->arrivals[at];
    if (!a->known)
        return;
    if (m->b->reachable && leap(m, at, m->now) != at)
        go(m, at, span);
    if (m->b->reachable) {
        facts_meet(m, m->now, a->known);
        facts_drop(m, a->known);
    } else {
        facts_drop(m, m->now);
        m->now = a->known;
    }
    compile_land(m->b, &a->from);
}

/* --- the code of a step */

static void emit_test(matching *m, const step *s)
{
    builder *b = m->b;
    const test *t = s->test;
    unsigned reg = spot_register(m, s->at);
    insn i;
    if (s->kind == STEP_KEY)
        i = insn_abc(t->op, reg, spot_register(m, s->at->of),
                     compile_short_constant(b, t->operand, s->span));
    else if (t->op == OPC_TESTLIT)
        i = insn_aw(t->op, reg, t->operand);
    else
        i = insn_abc(t->op, reg, t->operand, t->at_least);
    facts *missed = facts_copy(m, m->now);
    if (!missed)
        return;
    facts_learn(missed, s, false);
    compile_check(b, i, leave(m, s->to->at, missed), s->span);
    facts_learn(m->now, s, true);
}

static void emit_load(const matching *m, const spot *at, unsigned reg, src_span span)
{
    opcode op = at->kind == PART_ELEMENT ? OPC_GETIDXI : OPC_ERRORPART;
    compile_emit(m->b, insn_abc(op, reg, spot_register(m, at->of), at->which), span);
}

static void emit_binding(const matching *m, const step *s)
{
    if (s->at->loads || facts_has(m->now, s->at))
        compile_move(m->b, s->name->reg, spot_register(m, s->at), s->span);
    else
        emit_load(m, s->at, s->name->reg, s->span);
}

/* Nothing in it can change a value, or a variable. Deep ones are not looked through. */
static bool is_quiet(const ast_node *ast, unsigned depth)
{
    enum { DEEPEST = 20 };
    if (depth == DEEPEST)
        return false;
    switch (ast->kind) {
    case AST_NIL:
    case AST_TRUE:
    case AST_FALSE:
    case AST_INT:
    case AST_FLOAT:
    case AST_STRING:
    case AST_BYTES:
    case AST_NAME: return true;
    case AST_UNARY: return is_quiet(ast->as.unary.operand, depth + 1);
    case AST_IS:
    case AST_FIELD: return is_quiet(ast->as.field.object, depth + 1);
    case AST_BINARY:
    case AST_AND:
    case AST_OR:
    case AST_INDEX:
        return is_quiet(ast->as.binary.left, depth + 1) &&
               is_quiet(ast->as.binary.right, depth + 1);
    default: return false;
    }
}

static void emit_guard(matching *m, const step *s)
{
    facts *refused = facts_copy(m, is_quiet(s->ast, 0) ? m->now : NULL);
    if (!refused)
        return;
    uint32_t to = leap(m, s->to->at, refused);
    jumps *from = leave(m, to, refused);
    from->far |= jumps_over((src_span){m->arm.start, m->steps[to].span.end}).far;
    compile_condition(m->b, s->ast, false, from);
}

static void emit(matching *m, const step *s)
{
    builder *b = m->b;
    answer known = facts_ask(m->now, s);
    if (s->kind == STEP_GO || known == ANSWER_NO) {
        go(m, s->to->at, s->span);
        return;
    }
    if (known == ANSWER_YES)
        return;
    switch (s->kind) {
    case STEP_LOAD:
    case STEP_ALIAS:
        emit_load(m, s->at, spot_register(m, s->at), s->span);
        facts_learn(m->now, s, true);
        break;
    case STEP_TEST:
    case STEP_KEY: emit_test(m, s); break;
    case STEP_BIND: emit_binding(m, s); break;
    case STEP_REST:
        compile_emit(b, insn_abc(OPC_REST, s->name->reg, spot_register(m, s->at), s->count),
                     s->span);
        break;
    case STEP_GUARD: emit_guard(m, s); break;
    case STEP_ARM:
    case STEP_GO:
    case STEP_BODY:
    case STEP_BOUND:
    case STEP_FAIL: break;
    }
}

/* Registers, also of steps that nothing leads to. */
static void prepare(matching *m, const step *s)
{
    builder *b = m->b;
    switch (s->kind) {
    case STEP_ARM:
        compile_release(b, m->arm_base);
        m->name_base = compile_registers(b, s->count, s->span);
        m->temporary_base = b->top;
        m->arm = s->span;
        break;
    case STEP_LOAD:
    case STEP_KEY: {
        unsigned needed = m->temporary_base + s->at->temporary + 1;
        if (!s->at->part && !s->at->name && needed > b->top)
            compile_registers(b, needed - b->top, s->span);
        break;
    }
    case STEP_ALIAS: s->name->reg = s->at->part->reg; break;
    case STEP_GUARD:
    case STEP_BODY: compile_release(b, m->temporary_base); break;
    case STEP_TEST:
    case STEP_BIND:
    case STEP_REST:
    case STEP_GO:
    case STEP_BOUND:
    case STEP_FAIL: break;
    }
    if (s->name && s->kind != STEP_ALIAS && s->slot != NO_SLOT)
        s->name->reg = m->name_base + s->slot;
}

/* The names of the arm whose body is the step `at`: only now has it matched. */
static void settle_names(matching *m, uint32_t at)
{
    if (m->b->names_end == 0)
        return;
    for (const step *s = &m->steps[at]; s->kind != STEP_ARM; s--)
        if (s->name && s->slot != NO_SLOT)
            compile_name(m->b, s->name, s->name->reg, s->span);
}

/* Code of all steps but the last: nothing has matched. What arrives there; NULL: no memory. */
static arrival *emit_steps(matching *m)
{
    builder *b = m->b;
    m->arrivals = calloc(m->count + 1, sizeof *m->arrivals);
    m->now = facts_copy(m, NULL);
    if (!m->arrivals || b->c->failed) {
        b->c->failed = true;
        return NULL;
    }
    for (uint32_t i = 0; i + 1 < m->count && !b->c->failed; i++) {
        const step *s = &m->steps[i];
        arrive(m, i, s->span);
        prepare(m, s);
        if (b->reachable)
            emit(m, s);
        if (s->kind == STEP_BODY) {
            settle_names(m, i);
            compile_node(b, s->ast, m->d);
            compile_jump(b, &m->done, s->span);
        }
    }
    return b->c->failed ? NULL : &m->arrivals[m->count - 1];
}

jumps matching_bind(builder *b, const ast_node *pattern, unsigned reg)
{
    jumps missed = {0};
    matching *m = matching_begin(b, reg);
    if (!m)
        return missed;
    m->declared = m->copies = true;
    m->temporary_base = b->top;
    matching_add_pattern(m, pattern);
    const arrival *a = emit_steps(m);
    if (a)
        missed = a->from;
    matching_end(m);
    return missed;
}

/* --- match */

/* The register of the value. A guard may assign to the variable that it was. */
static unsigned subject_register(builder *b, const ast_match *match, bool *owned)
{
    unsigned reg;
    *owned = true;
    if (!compile_in_place(match->subject, &reg))
        return compile_any(b, match->subject);
    if (match->subject->as.name.binding->kind != BINDING_VAR)
        return reg;
    bool keeps = true;
    for (uint32_t i = 0; i < match->count; i++)
        keeps = keeps && (!match->arms[i].guard || is_quiet(match->arms[i].guard, 0));
    *owned = !keeps;
    if (keeps)
        return reg;
    reg = compile_registers(b, 1, match->subject->span);
    compile_to(b, match->subject, reg);
    return reg;
}

static void add_arms(matching *m, const ast_match *match, src_span at)
{
    for (uint32_t i = 0; i < match->count; i++)
        matching_count(m, match->arms[i].pattern);
    matching_choose_parts(m);
    unsigned first = compile_registers(m->b, m->part_count - 1, at);
    for (unsigned i = 1; i < m->part_count; i++)
        m->parts[i]->reg = first + i - 1;
    m->arm_base = m->b->top;
    for (uint32_t i = 0; i < match->count; i++)
        matching_add_arm(m, &match->arms[i]);
    matching_add_fail(m, at);
}

void compile_match(builder *b, ast_node *ast, dest d)
{
    const ast_match *match = &ast->as.match;
    unsigned mark = b->top;
    bool owned;
    unsigned subject = subject_register(b, match, &owned);
    matching *m = matching_begin(b, subject);
    if (!m)
        return;
    m->copies = b->info->has_defer; /* a deferred block sees what the names were at last */
    m->owned = owned && !m->copies;
    m->d = d;
    add_arms(m, match, ast->span);
    if (emit_steps(m))
        arrive(m, m->count - 1, ast->span);
    compile_emit(b, insn_abc(OPC_MATCHFAIL, subject, 0, 0), match->subject->span);
    compile_land(b, &m->done);
    matching_end(m);
    compile_release(b, mark);
}

/* alt: the guard, channel and value of every arm, in the order of the text, each into registers of
 * its own; then the choice; then the bodies. */
#include "compiler/kinds.h"

typedef struct arm_place {
    unsigned reg;
    jumps entry;
} arm_place;

static uint32_t arm_registers(const ast_alt_arm *arm)
{
    if (arm->source)
        return arm->kind == ALT_DRAINED ? 4 : 3;
    switch (arm->kind) {
    case ALT_RECEIVE:
    case ALT_AFTER: return 1;
    case ALT_SEND:
    case ALT_DRAINED: return 2;
    case ALT_CLOSED:
    case ALT_ELSE: break;
    }
    return 0;
}

static alt_arm_kind machine_kind(const ast_alt_arm *arm)
{
    bool each = arm->source != NULL, moves = arm->kind == ALT_SEND && arm->value->kind == AST_MOVE;
    switch (arm->kind) {
    case ALT_RECEIVE: return each ? ALT_ARM_EACH_RECEIVE : ALT_ARM_RECEIVE;
    case ALT_SEND:
        if (each)
            return moves ? ALT_ARM_EACH_SEND_MOVE : ALT_ARM_EACH_SEND;
        return moves ? ALT_ARM_SEND_MOVE : ALT_ARM_SEND;
    case ALT_DRAINED: return each ? ALT_ARM_EACH_DRAINED : ALT_ARM_DRAINED;
    case ALT_AFTER: return ALT_ARM_AFTER;
    case ALT_CLOSED: return ALT_ARM_CLOSED;
    case ALT_ELSE: break;
    }
    return ALT_ARM_ELSE;
}

/* One arm per element: a list of four values for each: channel, value, index or key, element. */
static void prepare_each(builder *b, const ast_alt_arm *arm, unsigned reg)
{
    unsigned mark = b->top;
    iteration it;
    jumps turns = jumps_over(arm->span);
    compile_emit(b, insn_abc(OPC_LIST, reg, reg, 0), arm->span);
    compile_iteration(b, &it, arm->source, arm->target, arm->span);
    if (arm->guard)
        compile_condition(b, arm->guard, false, &turns);
    unsigned four = compile_registers(b, 4, arm->span);
    compile_to(b, arm->channel, four);
    if (arm->kind == ALT_SEND)
        compile_to(b, arm->value, four + 1);
    else
        compile_load(b, four + 1, VALUE_NIL, arm->span);
    bool two = arm->target[1] != NULL;
    if (two)
        compile_move(b, four + 2, it.base + 2, arm->span);
    else
        compile_load(b, four + 2, VALUE_NIL, arm->span);
    compile_move(b, four + 3, it.base + (two ? 3 : 2), arm->span);
    compile_emit(b, insn_abc(OPC_APPEND, reg, four, 4), arm->span);
    compile_next_turn(b, &it, &turns, arm->span);
    compile_release(b, mark);
}

static void prepare_arm(builder *b, const ast_alt_arm *arm, unsigned reg)
{
    if (arm->source) {
        prepare_each(b, arm, reg);
        return;
    }
    if (!arm->channel)
        return;
    jumps absent = jumps_over(arm->span), done = {0};
    if (arm->guard)
        compile_condition(b, arm->guard, false, &absent);
    compile_to(b, arm->channel, reg);
    if (arm->kind == ALT_SEND)
        compile_to(b, arm->value, reg + 1);
    if (!arm->guard)
        return;
    compile_jump(b, &done, arm->span);
    compile_land(b, &absent);
    compile_load(b, reg, VALUE_ABSENT, arm->span);
    compile_land(b, &done);
}

static void compile_arm_body(builder *b, const ast_alt_arm *arm, unsigned reg, dest d)
{
    unsigned mark = b->top;
    if (arm->source) {
        bool two = arm->target[1] != NULL;
        compile_bind(b, arm->target[0], reg + (two ? 1 : 2), true);
        if (two)
            compile_bind(b, arm->target[1], reg + 2, true);
    }
    if (arm->kind == ALT_RECEIVE)
        compile_bind(b, arm->value, reg, true);
    compile_node(b, arm->body, d);
    compile_release(b, mark);
}

/* The instruction and its arms; the code after them is reached only by a repeated alt that
 * is finished. */
static void compile_choice(builder *b, const ast_alt *choice, arm_place *places, src_span at)
{
    unsigned flags = (choice->prioritised ? (unsigned)ALT_PRIORITISED : 0) |
                     (choice->repeated ? (unsigned)ALT_REPEATED : 0);
    if (choice->count > UINT16_MAX) {
        compile_too_large(b, at);
        return;
    }
    compile_emit(b, insn_abc(OPC_ALT, choice->count, flags, 0), at);
    for (uint32_t i = 0; i < choice->count; i++)
        compile_jump_to(b, insn_abc(OPC_ARM, machine_kind(&choice->arms[i]), places[i].reg, 0),
                        &places[i].entry, choice->arms[i].span);
}

/* If the bodies are so long that an arm cannot jump to its own, it jumps to a JMP; there is one
 * for each. */
static void reach_far(builder *b, const ast_alt *choice, arm_place *places, src_span at)
{
    if (!jumps_over(at).far)
        return;
    for (uint32_t i = 0; i < choice->count; i++) {
        jumps far = {0};
        compile_land(b, &places[i].entry);
        compile_jump(b, &far, choice->arms[i].span);
        places[i].entry = far;
    }
}

static arm_place *prepare_arms(builder *b, const ast_alt *choice, src_span at)
{
    arm_place *places = arena_alloc(b->c->ast->arena, (choice->count + 1) * sizeof *places);
    if (!places) {
        b->c->failed = true;
        return NULL;
    }
    uint32_t words = 0;
    for (uint32_t i = 0; i < choice->count; i++)
        words += arm_registers(&choice->arms[i]);
    unsigned next = compile_registers(b, words, at);
    for (uint32_t i = 0; i < choice->count; i++) {
        uint32_t n = arm_registers(&choice->arms[i]);
        places[i].reg = n ? next : 0;
        next += n;
        if (choice->arms[i].kind == ALT_DRAINED) /* the channels for which it was taken */
            compile_load(b, next - 1, VALUE_NIL, choice->arms[i].span);
    }
    return places;
}

static void compile_for_alt(builder *b, const ast_alt *choice, arm_place *places, src_span at)
{
    loop_frame frame = {b->loop, jumps_over(at), jumps_over(at)};
    uint32_t head = compile_here(b);
    for (uint32_t i = 0; i < choice->count; i++)
        prepare_arm(b, &choice->arms[i], places[i].reg);
    compile_choice(b, choice, places, at);
    compile_jump(b, &frame.exits, at);
    reach_far(b, choice, places, at);
    b->loop = &frame; /* cppcheck-suppress autoVariables ; until the loop is done */
    for (uint32_t i = 0; i < choice->count; i++) {
        compile_land(b, &places[i].entry);
        compile_arm_body(b, &choice->arms[i], places[i].reg, TO_DISCARD);
        compile_jump(b, &frame.turns, choice->arms[i].span);
    }
    b->loop = frame.outer;
    compile_land(b, &frame.turns);
    compile_jump_back(b, insn_aw(OPC_LOOP, 0, 0), head, at);
    compile_land(b, &frame.exits);
}

void compile_alt(builder *b, ast_node *ast, dest d)
{
    const ast_alt *choice = ast->as.alt;
    unsigned mark = b->top;
    arm_place *places = prepare_arms(b, choice, ast->span);
    if (!places || b->too_large)
        return;
    if (choice->repeated || choice->count == 0) {
        compile_for_alt(b, choice, places, ast->span);
        compile_release(b, mark);
        compile_nil(b, d, ast->span);
        return;
    }
    jumps done = {0};
    for (uint32_t i = 0; i < choice->count; i++)
        prepare_arm(b, &choice->arms[i], places[i].reg);
    compile_choice(b, choice, places, ast->span);
    b->reachable = false;
    reach_far(b, choice, places, ast->span);
    for (uint32_t i = 0; i < choice->count; i++) {
        compile_land(b, &places[i].entry);
        compile_arm_body(b, &choice->arms[i], places[i].reg, d);
        compile_jump(b, &done, choice->arms[i].span);
    }
    compile_land(b, &done);
    compile_release(b, mark);
}

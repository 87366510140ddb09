/* alt: the guard, channel and value of every arm, in the order of the text, each into registers of
 * its own; then the choice; then the bodies. All arms receive into one register. */
#include "compiler/kinds.h"

typedef struct arm_place {
    unsigned reg;
    bool in_place; /* reg is that of the variable that holds the channel of a plain receive */
    jumps entry;
} arm_place;

typedef struct alt_places {
    arm_place *arms; /* NULL: no memory */
    unsigned received;
} alt_places;

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

static void prepare_arm(builder *b, const ast_alt_arm *arm, const arm_place *place)
{
    unsigned reg = place->reg;
    if (arm->source) {
        prepare_each(b, arm, reg);
        return;
    }
    if (!arm->channel || place->in_place)
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

static void compile_arm_body(builder *b, const ast_alt_arm *arm, unsigned reg, unsigned received,
                             dest d)
{
    unsigned mark = b->top;
    if (arm->source) {
        bool two = arm->target[1] != NULL;
        compile_bind(b, arm->target[0], reg + (two ? 1 : 2), true);
        if (two)
            compile_bind(b, arm->target[1], reg + 2, true);
    }
    if (arm->kind == ALT_RECEIVE)
        compile_bind(b, arm->value, received, true);
    compile_node(b, arm->body, d);
    compile_release(b, mark);
}

/* The instruction and its arms; the code after them is reached only by a repeated alt that
 * is finished. */
static void compile_choice(builder *b, const ast_alt *choice, alt_places *places, src_span at)
{
    unsigned flags = (choice->prioritised ? (unsigned)ALT_PRIORITISED : 0) |
                     (choice->repeated ? (unsigned)ALT_REPEATED : 0);
    if (choice->count > UINT16_MAX) {
        compile_too_large(b, at);
        return;
    }
    compile_emit(b, insn_abc(OPC_ALT, choice->count, flags, places->received), at);
    for (uint32_t i = 0; i < choice->count; i++) {
        arm_place *place = &places->arms[i];
        compile_jump_to(b, insn_abc(OPC_ARM, machine_kind(&choice->arms[i]), place->reg, 0),
                        &place->entry, choice->arms[i].span);
    }
}

/* If the bodies are so long that an arm cannot jump to its own, it jumps to a JMP; there is one
 * for each. */
static void reach_far(builder *b, const ast_alt *choice, arm_place *arms, src_span at)
{
    if (!jumps_over(at).far)
        return;
    for (uint32_t i = 0; i < choice->count; i++) {
        jumps far = {0};
        compile_land(b, &arms[i].entry);
        compile_jump(b, &far, choice->arms[i].span);
        arms[i].entry = far;
    }
}

static void place_arm(builder *b, const ast_alt_arm *arm, arm_place *place, src_span at)
{
    *place = (arm_place){0};
    place->in_place = arm->kind == ALT_RECEIVE && !arm->source && !arm->guard &&
                      compile_in_place(arm->channel, &place->reg);
    uint32_t n = place->in_place ? 0 : arm_registers(arm);
    if (n)
        place->reg = compile_registers(b, n, at);
    if (arm->kind == ALT_DRAINED) /* the channels for which it was taken */
        compile_load(b, place->reg + n - 1, VALUE_NIL, arm->span);
}

static alt_places place_arms(builder *b, const ast_alt *choice, src_span at)
{
    alt_places places = {arena_alloc(b->c->ast->arena, (choice->count + 1) * sizeof(arm_place)),
                         compile_registers(b, 1, at)};
    b->c->failed |= places.arms == NULL;
    for (uint32_t i = 0; places.arms && i < choice->count; i++)
        place_arm(b, &choice->arms[i], &places.arms[i], at);
    return places;
}

static void compile_for_alt(builder *b, const ast_alt *choice, alt_places *places, src_span at)
{
    loop_frame frame = {b->loop, jumps_over(at), jumps_over(at)};
    uint32_t head = compile_here(b);
    arm_place *arms = places->arms;
    for (uint32_t i = 0; i < choice->count; i++)
        prepare_arm(b, &choice->arms[i], &arms[i]);
    compile_choice(b, choice, places, at);
    compile_jump(b, &frame.exits, at);
    reach_far(b, choice, arms, at);
    b->loop = &frame; /* cppcheck-suppress autoVariables ; until the loop is done */
    for (uint32_t i = 0; i < choice->count; i++) {
        compile_land(b, &arms[i].entry);
        compile_arm_body(b, &choice->arms[i], arms[i].reg, places->received, TO_DISCARD);
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
    alt_places places = place_arms(b, choice, ast->span);
    arm_place *arms = places.arms;
    if (!arms || b->too_large)
        return;
    if (choice->repeated || choice->count == 0) {
        compile_for_alt(b, choice, &places, ast->span);
        compile_release(b, mark);
        compile_nil(b, d, ast->span);
        return;
    }
    jumps done = {0};
    for (uint32_t i = 0; i < choice->count; i++)
        prepare_arm(b, &choice->arms[i], &arms[i]);
    compile_choice(b, choice, &places, ast->span);
    b->reachable = false;
    reach_far(b, choice, arms, ast->span);
    for (uint32_t i = 0; i < choice->count; i++) {
        compile_land(b, &arms[i].entry);
        compile_arm_body(b, &choice->arms[i], arms[i].reg, places.received, d);
        compile_jump(b, &done, choice->arms[i].span);
    }
    compile_land(b, &done);
    compile_release(b, mark);
}

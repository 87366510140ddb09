/* Instructions, jumps and registers of one function. */
#include <stdlib.h>

#include "base/array.h"
#include "compiler/internal.h"
#include "vm/code/code.h"

void *compile_room(builder *b, void *items, uint32_t *capacity, uint32_t count, size_t size)
{
    void *larger = array_room32(items, capacity, count + (size_t)1, size);
    b->c->failed |= !larger;
    return larger;
}

void compile_too_large(builder *b, src_span at)
{
    if (b->too_large)
        return;
    b->too_large = true;
    diag_error(b->c->diags, at, "this function is too large");
}

/* Room for an instruction, its place, and its link in a list of jumps. */
static bool grow_insns(builder *b)
{
    if (b->count < b->insn_room && b->count < b->place_room && b->count < b->link_room)
        return true;
    if (b->count == b->insn_room && arena_stopped(b->c->ast->arena)) {
        b->c->failed = true;
        return false;
    }
    insn *insns = compile_room(b, b->insns, &b->insn_room, b->count, sizeof *insns);
    if (insns)
        b->insns = insns;
    src_place *places = compile_room(b, b->places, &b->place_room, b->count, sizeof *places);
    if (places)
        b->places = places;
    uint32_t *links = compile_room(b, b->links, &b->link_room, b->count, sizeof *links);
    if (links)
        b->links = links;
    return insns && places && links;
}

static bool leaves(opcode op)
{
    return op == OPC_JMP || op == OPC_LOOP || op == OPC_RET || op == OPC_TAIL || op == OPC_TAILF ||
           op == OPC_TAILV || op == OPC_MATCHFAIL || op == OPC_RERAISE || op == OPC_PARCANCEL;
}

uint32_t compile_emit(builder *b, insn i, src_span at)
{
    if (!b->reachable || !grow_insns(b))
        return NO_PC;
    b->insns[b->count] = i;
    b->places[b->count] = (src_place){at.start, at.end};
    b->links[b->count] = 0;
    b->reachable = !leaves((opcode)i.op);
    return b->count++;
}

void compile_jump_to(builder *b, insn i, jumps *into, src_span at)
{
    uint32_t pc = compile_emit(b, i, at);
    if (pc == NO_PC)
        return;
    b->links[pc] = into->last;
    into->last = pc + 1;
}

void compile_jump(builder *b, jumps *into, src_span at)
{
    compile_jump_to(b, insn_aw(OPC_JMP, 0, 0), into, at);
}

/* The jump after a test is skipped if it holds, so what follows is reachable if the test was. */
void compile_check(builder *b, insn i, jumps *fail, src_span at)
{
    bool reachable = b->reachable;
    compile_emit(b, i, at);
    compile_jump(b, fail, at);
    b->reachable = reachable;
}

static void set_jump(builder *b, uint32_t pc, uint32_t target)
{
    insn *i = &b->insns[pc];
    int64_t distance = (int64_t)target - (int64_t)pc - 1;
    if (vm_opcodes[i->op].operands[2] == OPERAND_WIDE) {
        *i = insn_aw((opcode)i->op, i->a, (uint32_t)(int32_t)distance);
        return;
    }
    if (distance > INT16_MAX)
        compile_too_large(b, (src_span){b->places[pc].start, b->places[pc].end});
    i->c = (uint16_t)distance;
}

static void land_at(builder *b, jumps *into, uint32_t target)
{
    for (uint32_t next, at = into->last; at; at = next) {
        next = b->links[at - 1];
        set_jump(b, at - 1, target);
    }
    into->last = 0;
}

/* Whether the newest instruction is skipped, or counted, by the one before it. */
static bool belongs_to_previous(const builder *b)
{
    if (b->count < 2)
        return false;
    unsigned op = b->insns[b->count - 2].op;
    return vm_opcodes[op].flag == OPCODE_SKIPS || op == OPC_ALT || op == OPC_ARM;
}

/* A jump to the next instruction is dropped, unless something else has its end or its
 * target there. */
static void drop_last_jump(builder *b, jumps *into)
{
    if (into->last != b->count || b->insns[b->count - 1].op != OPC_JMP || b->fixed == b->count ||
        belongs_to_previous(b))
        return;
    into->last = b->links[--b->count];
    b->reachable = true;
}

uint32_t compile_here(builder *b)
{
    b->fixed = b->count;
    return b->count;
}

void compile_land(builder *b, jumps *into)
{
    if (!into->last)
        return;
    drop_last_jump(b, into);
    if (!into->last)
        return;
    land_at(b, into, compile_here(b));
    b->reachable = true;
}

void compile_jump_back(builder *b, insn i, uint32_t target, src_span at)
{
    uint32_t pc = compile_emit(b, i, at);
    if (pc != NO_PC)
        set_jump(b, pc, target);
}

unsigned compile_registers(builder *b, uint32_t n, src_span at)
{
    unsigned first = b->top;
    if (n > (uint32_t)CODE_MAX_REGISTERS || first + n > CODE_MAX_REGISTERS) {
        compile_too_large(b, at);
        return first; /* code emitted now will not be used */
    }
    b->top += n;
    if (b->top > b->max)
        b->max = b->top;
    return first;
}

unsigned compile_result_registers(builder *b, dest d, uint32_t n, src_span at)
{
    if (d.kind != DEST_REG || !d.scratch || d.reg + 1 != b->top)
        return compile_registers(b, n, at);
    compile_registers(b, n - 1, at);
    return d.reg;
}

void compile_release(builder *b, unsigned mark) { b->top = mark < b->floor ? b->floor : mark; }

void compile_wide(builder *b, opcode op, unsigned a, uint32_t wide, src_span at)
{
    compile_emit(b, insn_aw(op, a, wide), at);
}

void compile_load(builder *b, unsigned reg, value immediate, src_span at)
{
    compile_wide(b, OPC_LOADP, reg, (uint32_t)immediate, at);
}

void compile_move(builder *b, unsigned to, unsigned from, src_span at)
{
    if (to != from)
        compile_emit(b, insn_abc(OPC_MOVE, to, from, 0), at);
}

unsigned compile_short_constant(builder *b, uint32_t k, src_span at)
{
    if (k <= UINT16_MAX)
        return k;
    if (k != NO_CONSTANT)
        compile_too_large(b, at);
    return 0;
}

void compile_add_handler(builder *b, handler h)
{
    handler *all = compile_room(b, b->handlers, &b->handler_capacity, b->handler_count, sizeof h);
    if (!all)
        return;
    b->handlers = all;
    all[b->handler_count++] = h;
}

void compile_add_cold(builder *b, cold_code cold)
{
    cold_code *all = compile_room(b, b->cold, &b->cold_capacity, b->cold_count, sizeof cold);
    if (!all)
        return;
    b->cold = all;
    all[b->cold_count++] = cold;
}

/* Emits the cold code added since `from` here, with a jump over it: at the end of a handler's
 * range, so that it is covered, or of the function. */
void compile_flush_cold(builder *b, uint32_t from, src_span at)
{
    if (b->cold_count == from)
        return;
    jumps over = {0};
    compile_jump(b, &over, at);
    for (uint32_t i = from; i < b->cold_count; i++) {
        cold_code *cold = &b->cold[i];
        compile_land(b, &cold->from);
        if (cold->cancels && cold->handler < b->handler_count) {
            b->handlers[cold->handler].target = compile_here(b);
            b->reachable = true;
            compile_emit(b, insn_abc(OPC_PARCANCEL, cold->reg, cold->error_reg, 0), cold->span);
        } else {
            compile_emit(b, insn_abc(OPC_MATCHFAIL, cold->reg, 0, 0), cold->span);
        }
    }
    b->cold_count = from;
    compile_land(b, &over);
}

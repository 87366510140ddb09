/* The interpreter: runs a process, and those that it hands over to, for what is left of a slice.
 *
 * All opcode bodies share one state: vm, s (the scheduler), p (the process), R (registers), body
 * (its code), pc (the instruction being executed), red (what is left of the slice). Nothing else
 * lives across instructions. Native code never recurses for a call in the language. What an
 * instruction cannot do at once (compare deep values, copy a message) is done by a native frame on
 * top, whose result finishes the instruction (`finish`).
 *
 * A waiting process keeps the pc of the instruction in which it waits; when it is woken,
 * `resume` finishes that instruction. A preempted process keeps the pc of the next instruction
 * to execute. */
#include "vm/run/run.h"

#include <assert.h>
#include <math.h>

#include "vm/code/frame.h"
#include "vm/code/native.h"
#include "vm/core/scheduler.h"
#include "vm/core/stack.h"
#include "vm/core/text.h"
#include "vm/core/type.h"
#include "vm/core/vm.h"
#include "vm/data/index.h"
#include "vm/data/iterate.h"
#include "vm/data/join.h"
#include "vm/data/list.h"
#include "vm/data/long.h"
#include "vm/data/map.h"
#include "vm/data/slice.h"
#include "vm/data/tuple.h"
#include "vm/number/arith.h"
#include "vm/number/num.h"
#include "vm/process/alt.h"
#include "vm/process/buffered.h"
#include "vm/process/event.h"
#include "vm/process/kill.h"
#include "vm/process/par.h"
#include "vm/process/process.h"
#include "vm/process/rendezvous.h"
#include "vm/process/settle.h"
#include "vm/report/leak.h"
#include "vm/report/whence.h"
#include "vm/run/builtin.h"
#include "vm/run/call.h"
#include "vm/run/insn.h"
#include "vm/run/spawn.h"
#include "vm/run/unwind.h"
#include "vm/walk/walk.h"
#include "vm/walk/walk_compare.h"
#include "vm/walk/walk_copy.h"
#include "vm/walk/walk_equal.h"
#include "vm/walk/walk_own.h"
#include "vm/walk/walk_show.h"

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

static uint32_t position_of(const code *c, const insn *pc)
{
    return c->base + (uint32_t)(pc - c->insns);
}

/* Whether nodes of its alt are queued. */
static inline bool alt_is_live(const process *p)
{
    const side *s = side_of(p);
    return s && s->alt && s->alt->live;
}

static int order_of(value result) { return value_is_int(result) ? (int)value_as_int(result) : 2; }

/* The result of a comparing instruction for an order of -1, 0, 1 or 2 (unordered). */
static bool holds(unsigned op, int order)
{
    switch (op) {
    case OPC_LT:
    case OPC_JLT:
    case OPC_JLTI: return order == -1;
    case OPC_LE:
    case OPC_JLE:
    case OPC_JLEI: return order == -1 || order == 0;
    case OPC_JNLT:
    case OPC_JNLTI: return order != -1;
    case OPC_JNLE:
    case OPC_JNLEI: return !(order == -1 || order == 0);
    case OPC_JGTI: return order == 1;
    case OPC_JNGTI: return order != 1;
    case OPC_JGEI: return order == 1 || order == 0;
    case OPC_JNGEI: return !(order == 1 || order == 0);
    }
    assert(false);
    return false;
}

/* Whether two values are equal; -1: a walk must tell. Where one is nil or a bool, or both are ints,
 * only what is identical is equal. */
static inline int equal_quick(csp_vm *vm, value a, value b, int64_t *red)
{
    if (value_both_int(a, b) || value_is_immediate(a) || value_is_immediate(b))
        return a == b;
    int equal = walk_equal_quick(vm, a, b);
    *red -= (int64_t)vm->sched.charged;
    vm->sched.charged = 0;
    return equal;
}

/* A million frames may return one into the other without a call or a loop. So what lies on the
 * stack is charged for in pieces: a piece is at most what returns within some 50 us. */
enum { RETURNED_WORDS = 1 << 15, RETURNED_PER_REDUCTION = 8 };
static inline value *floor_below(value *bottom, ptrdiff_t base)
{
    return unlikely(base > RETURNED_WORDS) ? bottom + (base - RETURNED_WORDS) : bottom;
}

/* The pairs and triples that programs make all the time; ABSENT: out of memory. */
static inline value few_in_tuple(csp_vm *vm, const process *p, const value *items, uint32_t n)
{
    tuple *t = heap_alloc(&vm->heap, HEAP_TRACED, sizeof *t + n * sizeof *items);
    if (unlikely(!t))
        return VALUE_ABSENT;
    bool shared = value_is_immutable(items[0]) && value_is_immutable(items[1]);
    t->count = n;
    t->items[0] = items[0];
    t->items[1] = items[1];
    if (n == 3) {
        shared = shared && value_is_immutable(items[2]);
        t->items[2] = items[2];
    }
    t->header = OBJ_TUPLE | (shared ? (uint64_t)OBJ_IMMUTABLE : process_owner(p));
    return value_object(t);
}

/* --- the loop: an instruction reads best in as few lines as it has thoughts */

/* clang-format off */

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"     /* computed goto */
#if defined(__clang__)
#pragma clang diagnostic ignored "-Wgnu-label-as-value"
#endif

#define A R[pc->a]
#define B R[pc->b]
#define C R[pc->c]
#define K (body->constants)
#define WIDE insn_wide(*pc)
#define HINT ((field_hint *)((uintptr_t)pc + body->hint_delta))
#define OWNER (p->header & OWNER_MASK)
/* An object of that kind that belongs to p and has no flags: the owner of both is the same. */
#define MINE(v, kind) \
    ((obj_header(v) ^ p->header) == (uint64_t)((kind) ^ (OBJ_PROCESS | OBJ_IMMUTABLE)))
#define DISPATCH() goto *table[pc->op]
#define NEXT() do { pc++; DISPATCH(); } while (0)
/* The JMP after a test is skipped or taken. */
#define TEST(holds) do { if (holds) { pc += 2; DISPATCH(); } pc++; JUMP(WIDE); } while (0)
#define JUMP(offset) do { pc += 1 + (int32_t)(offset); DISPATCH(); } while (0)
/* What has been charged for an instruction's work. */
#define PAY() (red -= (int64_t)s->charged, s->charged = 0)
#define CHECK(verdict) \
    do { \
        if (unlikely((verdict) != VERDICT_DONE)) goto fail; \
        PAY(); \
        NEXT(); \
    } while (0)
#define SAVE() \
    ((likely(process_is_at_slots(p) && R == s->bottom) ? (void)0 : process_set_registers(p, R)), \
     p->pc = (uint32_t)(pc - body->insns), p->code = body)
/* For a host that traces, where nothing else saves before p is told of (event.h). */
#define SHOW() do { if (event_wanted(vm)) insn_save(p, R, body, pc); } while (0)
/* Back to the frame that called the one whose registers are at `from`. */
#define LEAVE(from) \
    (pc = link_pc(from), body = link_code(from), R -= link_distance(from))
#define PLAIN_CLOSURE(header) \
    ((header) == (OBJ_IMMUTABLE | OBJ_CLOSURE) || (header) == (OWNER | OBJ_CLOSURE))
#define CASE(name) L_##name
/* A call in the window N is arranged: its frame is there, or a simple native has done it all. */
#define ARRANGE(call, frame_there, all_done) \
    do { \
        s->call_code = body; \
        s->call_pc = pc; \
        verdict v = (call); \
        R = N - (window + 2);                            /* the stack may have moved */ \
        switch (v) { \
        case VERDICT_CALL: goto frame_there; \
        case VERDICT_DONE: goto all_done; \
        case VERDICT_KILLED: goto killed; \
        case VERDICT_EXIT: goto exit_program; \
        default: goto fail; \
        } \
    } while (0)

/* Of two words that are not both ints. */
#define ARITH_FLOAT(va, vb, FLOAT_OP) \
    do { \
        uint64_t by = flonum_shift(); \
        double da, db; \
        if (likely(value_floats(va, vb, by, &da, &db))) { \
            value r = value_flonum_by(da FLOAT_OP db, by); \
            if (likely(r != VALUE_ABSENT)) { A = r; NEXT(); } \
        } \
    } while (0)
/* An integer result in r (tagged), or the same with doubles, or the slow path. */
#define ARITH(x, y, INT_PART, FLOAT_OP) \
    do { \
        value va = (x), vb = (y); \
        if (likely(value_both_int(va, vb))) { \
            int64_t r; \
            if (likely(INT_PART)) { A = (value)r; NEXT(); } \
        } else ARITH_FLOAT(va, vb, FLOAT_OP); \
        op_a = va; op_b = vb; goto arithmetic; \
    } while (0)
/* Of two ints the quotient is rounded once, so they must be exact; by the int 0 none is divided. */
#define DIVIDE(x, y) \
    do { \
        value va = (x), vb = (y); \
        if (value_both_int(va, vb)) { \
            int64_t na = value_as_int(va), nb = value_as_int(vb); \
            if (likely(value_both_exact(na, nb) && nb != 0)) { \
                value r = value_flonum((double)na / (double)nb); \
                if (likely(r != VALUE_ABSENT)) { A = r; NEXT(); } \
            } \
        } else ARITH_FLOAT(va, vb, /); \
        op_a = va; op_b = vb; goto arithmetic; \
    } while (0)
#define INT_ADD !__builtin_add_overflow((int64_t)va, (int64_t)(vb - 1), &r)
#define INT_SUB !__builtin_sub_overflow((int64_t)va, (int64_t)(vb - 1), &r)
#define INT_MUL (!__builtin_mul_overflow((int64_t)(va - 1), value_as_int(vb), &r) && (r |= 1, true))

/* A product, and the sum or difference behind it, which has it as its right operand: of floats at
 * once, without a word for the product. */
#define FUSED(FLOAT_OP) \
    do { \
        value x = B, y = C, z = R[pc[1].b]; \
        if (likely(value_all_flonum(x, y, z))) { \
            uint64_t by = flonum_shift(); \
            double product = value_as_flonum_by(x, by) * value_as_flonum_by(y, by); \
            value r = value_flonum_by(value_as_flonum_by(z, by) FLOAT_OP product, by); \
            if (likely(r != VALUE_ABSENT)) { pc++; A = r; NEXT(); } \
        } \
        ARITH(x, y, INT_MUL, *); \
    } while (0)

#define COMPARE_JUMP(INT_TEST, FLOAT_TEST) \
    do { \
        value va = A, vb = B; \
        if (likely(value_both_int(va, vb))) { \
            if ((int64_t)va INT_TEST (int64_t)vb) JUMP((int16_t)pc->c); \
            NEXT(); \
        } \
        if (likely(value_both_flonum(va, vb))) { \
            uint64_t by = flonum_shift(); \
            double da = value_as_flonum_by(va, by), db = value_as_flonum_by(vb, by); \
            if (FLOAT_TEST) JUMP((int16_t)pc->c); \
            NEXT(); \
        } \
        op_a = va; op_b = vb; goto compare; \
    } while (0)
#define COMPARE_IMMEDIATE(INT_TEST, FLOAT_TEST) \
    do { \
        value va = A; \
        if (likely(value_is_int(va))) { \
            if ((int64_t)va INT_TEST (int64_t)value_int((int16_t)pc->b)) JUMP((int16_t)pc->c); \
            NEXT(); \
        } \
        if (likely(value_is_flonum(va))) { \
            double da = value_as_flonum(va), db = (int16_t)pc->b; \
            if (FLOAT_TEST) JUMP((int16_t)pc->c); \
            NEXT(); \
        } \
        op_a = va; op_b = value_int((int16_t)pc->b); goto compare; \
    } while (0)

void run_process(csp_vm *vm, process *p)
{
    static const void *const labels[OPC_COUNT] = {
#define OPCODE(enumerator, name, a, b, c, flag, meaning) &&L_##enumerator,
#include "vm/core/opcode.def"
#undef OPCODE
    };
    /* in a register of its own: gcc would make its address anew for each instruction */
    const void *const *table = labels;
    __asm__("" : "+r"(table));
    scheduler *const s = &vm->sched;
    value *R;
    const code *body;
    const insn *pc;
    int64_t red, start;
    /* between an instruction and the common tails below; never across instructions */
    value op_a, op_b = VALUE_NIL;
    uint32_t argc, window;
    const code *callee;
    walk_kind walk;
    verdict left;                                       /* by which a frame has been left */
    frame f;

resume:
    if (likely(!p->away)) {
        s->bottom = s->floor = process_slots(p);
        R = s->bottom + p->near_base;
        s->limit = s->bottom + p->room;
    } else {
        R = process_registers(p);
        s->bottom = p->block.stack;
        s->floor = floor_below(s->bottom, R - s->bottom);
        s->limit = s->bottom + p->block.capacity;
    }
    /* another thread may collect at any instruction */
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    s->running = p;
    body = p->code;
    pc = body->insns + p->pc;
    start = red = s->slice_left;
    if (unlikely(vm->limits.reductions && p->reductions >= vm->limits.reductions)
        && insn_out_of_reductions(vm, p)) goto fail;
    if (p->wake != WAKE_NONE) goto woken;
    /* `more` by itself: so gcc keeps its registers for the loop (fib: 1 % fewer instructions) */
    if (unlikely(p->more) && process_must_die(p)) goto killed;
    DISPATCH();

    CASE(NOP) : NEXT();
    CASE(MOVE) : A = B; NEXT();
    CASE(LOADK) : A = K[WIDE]; NEXT();
    CASE(LOADI) : A = value_int((int32_t)WIDE); NEXT();
    CASE(LOADP) : A = WIDE; NEXT();
    CASE(GETCELL) : {
        value item = ((cell *)value_as_object(K[WIDE]))->item;
        if (likely(item != VALUE_ABSENT)) { A = item; NEXT(); }
        CHECK(insn_read_cell(vm, p, K[WIDE], &A));
    }
    CASE(SETCELL) : {
        cell *c = value_as_object(K[WIDE]);
        if (likely(!(c->header & CELL_LATE))) c->item = A;
        else insn_set_late(K[WIDE], A);
        NEXT();
    }
    CASE(CLOSURE) : {
        value made = closure_new(vm, p, (const code*)(uintptr_t)K[WIDE], &A);
        if (unlikely(made == VALUE_ABSENT)) goto no_memory;
        A = made;
        NEXT();
    }

    CASE(ADD) : ARITH(B, C, INT_ADD, +);
    CASE(SUB) : ARITH(B, C, INT_SUB, -);
    CASE(MUL) : ARITH(B, C, INT_MUL, *);
    CASE(MULADD) : FUSED(+);
    CASE(MULSUB) : FUSED(-);
    CASE(ADDK) : ARITH(B, K[pc->c], INT_ADD, +);
    CASE(SUBK) : ARITH(B, K[pc->c], INT_SUB, -);
    CASE(MULK) : ARITH(B, K[pc->c], INT_MUL, *);
    CASE(ADDI) : {
        value va = B, vb = value_int((int16_t)pc->c);
        int64_t r;
        if (likely(value_is_int(va) && INT_ADD)) { A = (value)r; NEXT(); }
        if (likely(value_is_flonum(va))) {
            value sum = value_flonum(value_as_flonum(va) + (int16_t)pc->c);
            if (likely(sum != VALUE_ABSENT)) { A = sum; NEXT(); }
        }
        op_a = va; op_b = vb;
        goto arithmetic;
    }
    CASE(DIV) : DIVIDE(B, C);
    CASE(DIVK) : DIVIDE(B, K[pc->c]);
    CASE(IDIV) : op_a = B; op_b = C; goto floor_divide;
    CASE(IDIVK) : op_a = B; op_b = K[pc->c]; goto floor_divide;
floor_divide:
    if (likely(value_both_int(op_a, op_b) && op_b != value_int(0) && op_b != value_int(-1))) {
        int64_t x = value_as_int(op_a), y = value_as_int(op_b), q = x / y;
        A = value_int(q - (x % y != 0 && (x < 0) != (y < 0)));
        NEXT();
    }
    goto arithmetic;
    CASE(MOD) : op_a = B; op_b = C; goto modulo;
    CASE(MODK) : op_a = B; op_b = K[pc->c]; goto modulo;
modulo:
    if (likely(value_both_int(op_a, op_b) && op_b != value_int(0) && op_b != value_int(-1))) {
        int64_t x = value_as_int(op_a), y = value_as_int(op_b), m;
        if (likely(((uint64_t)x | (uint64_t)y) >> 32 == 0))
            m = (int64_t)((uint32_t)x % (uint32_t)y);
        else m = x % y;
        if (m != 0 && (m < 0) != (y < 0)) m += y;
        A = value_int(m);
        NEXT();
    }
    goto arithmetic;
    CASE(BAND) :
        if (likely(value_both_int(B, C))) { A = B & C; NEXT(); }
        op_a = B; op_b = C; goto arithmetic;
    CASE(BOR) :
        if (likely(value_both_int(B, C))) { A = B | C; NEXT(); }
        op_a = B; op_b = C; goto arithmetic;
    CASE(BXOR) :
        if (likely(value_both_int(B, C))) { A = (B ^ C) | 1; NEXT(); }
        op_a = B; op_b = C; goto arithmetic;
    CASE(SHR) :
        if (likely(value_both_int(B, C) && C < value_int(63))) {
            A = value_int(value_as_int(B) >> value_as_int(C));
            NEXT();
        }
        op_a = B; op_b = C;
        goto arithmetic;
    CASE(SHL) :
    CASE(POW) : op_a = B; op_b = C; goto arithmetic;
arithmetic: {
        static const opcode plain[OPC_COUNT] = {
            [OPC_ADDI] = OPC_ADD, [OPC_ADDK] = OPC_ADD, [OPC_SUBK] = OPC_SUB, [OPC_MULK] = OPC_MUL,
            [OPC_DIVK] = OPC_DIV, [OPC_IDIVK] = OPC_IDIV, [OPC_MODK] = OPC_MOD,
            [OPC_MULADD] = OPC_MUL, [OPC_MULSUB] = OPC_MUL,
        };
        value result;
        opcode op = plain[pc->op] ? plain[pc->op] : (opcode)pc->op;
        if (op == OPC_ADD && value_is_object(op_a) && long_join(vm, op_a, op_b)) {
            walk = WALK_ADD;
            goto operate;
        }
        verdict v = op == OPC_ADD && value_is_object(op_a) ? data_add(vm, p, op_a, op_b, &result)
                                  : num_binary(vm, p, op, op_a, op_b, &result);
        if (unlikely(v != VERDICT_DONE)) {
            if (v != VERDICT_CALL) goto fail;
            value *N = insn_push_long(vm, p, R, body, pc, op, op_a, op_b, &callee);
            if (!N) goto fail;
            R = N;
            body = callee;
            pc = callee->insns;
            DISPATCH();
        }
        A = result;
        PAY();
        NEXT();
    }
    CASE(NEG) : {
        value result;
        if (unlikely(num_unary(vm, OPC_NEG, B, &result) != VERDICT_DONE)) goto fail;
        A = result;
        PAY();
        NEXT();
    }
    CASE(BNOT) : {
        value result;
        if (unlikely(num_unary(vm, OPC_BNOT, B, &result) != VERDICT_DONE)) goto fail;
        A = result;
        PAY();
        NEXT();
    }
    CASE(NOT) : A = value_bool(!value_truthy(B)); NEXT();

    CASE(EQ) :
    CASE(NE) : {
        int equal = equal_quick(vm, B, C, &red);
        if (unlikely(equal < 0)) { op_a = B; op_b = C; walk = WALK_EQUAL; goto operate; }
        A = value_bool((equal != 0) == (pc->op == OPC_EQ));
        NEXT();
    }
    CASE(LT) :
    CASE(LE) : op_a = B; op_b = C; goto compare;
    CASE(IN) : op_a = B; op_b = C; walk = WALK_CONTAINS; goto operate;
    CASE(IS) : A = value_bool(value_type_of(B) == (value_type)pc->c); NEXT();

    CASE(JMP) : JUMP(WIDE);
    CASE(LOOP) :
        pc += 1 + (int32_t)WIDE;
        if (unlikely(--red <= 0)) goto preempt;
        DISPATCH();
    CASE(JT) : if (value_truthy(A)) JUMP(WIDE); NEXT();
    CASE(JF) : if (!value_truthy(A)) JUMP(WIDE); NEXT();
    CASE(JEQ) :
    CASE(JNE) : {
        value va = A, vb = B;
        int equal = equal_quick(vm, va, vb, &red);
        if (unlikely(equal < 0)) { op_a = va; op_b = vb; walk = WALK_EQUAL; goto operate; }
        if ((equal != 0) == (pc->op == OPC_JEQ)) JUMP((int16_t)pc->c);
        NEXT();
    }
    CASE(JLT) : COMPARE_JUMP(<, da < db);
    CASE(JNLT) : COMPARE_JUMP(>=, !(da < db));
    CASE(JLE) : COMPARE_JUMP(<=, da <= db);
    CASE(JNLE) : COMPARE_JUMP(>, !(da <= db));
    CASE(JEQI) :
    CASE(JNEI) : {
        value va = A, vb = value_int((int16_t)pc->b);
        bool equal = value_is_int(va)
                         ? va == vb
                         : value_is_float(va) && value_as_float(va) == (double)(int16_t)pc->b;
        if (equal == (pc->op == OPC_JEQI)) JUMP((int16_t)pc->c);
        NEXT();
    }
    CASE(JLTI) : COMPARE_IMMEDIATE(<, da < db);
    CASE(JNLTI) : COMPARE_IMMEDIATE(>=, !(da < db));
    CASE(JLEI) : COMPARE_IMMEDIATE(<=, da <= db);
    CASE(JNLEI) : COMPARE_IMMEDIATE(>, !(da <= db));
    CASE(JGTI) : COMPARE_IMMEDIATE(>, da > db);
    CASE(JNGTI) : COMPARE_IMMEDIATE(<=, !(da > db));
    CASE(JGEI) : COMPARE_IMMEDIATE(>=, da >= db);
    CASE(JNGEI) : COMPARE_IMMEDIATE(<, !(da >= db));
    CASE(JPRESENT) : if (A != VALUE_ABSENT) JUMP(WIDE); NEXT();
    CASE(JNERROR) : if (!value_is(A, OBJ_ERROR)) JUMP(WIDE); NEXT();
compare: {
        int order;
        double da, db;
        if (likely(value_to_exact_double(op_a, &da) && value_to_exact_double(op_b, &db)))
            order = (da > db) - (da < db);
        else switch (walk_compare_quick(vm, p, op_a, op_b, &order)) {
        case VERDICT_DONE: break;
        case VERDICT_CALL: walk = WALK_COMPARE; goto operate;
        case VERDICT_FAIL: case VERDICT_YIELD: case VERDICT_BLOCK: case VERDICT_KILLED:
        case VERDICT_EXIT: case VERDICT_STOP: goto fail;
        }
        PAY();
        bool yes = holds(pc->op, order);
        if (pc->op == OPC_LT || pc->op == OPC_LE) A = value_bool(yes);
        else if (yes) JUMP((int16_t)pc->c);
        NEXT();
    }

    CASE(TUPLE) :
        if (likely(pc->c == 2 || pc->c == 3)) {
            value made = few_in_tuple(vm, p, &B, pc->c);
            if (unlikely(made == VALUE_ABSENT)) goto no_memory;
            A = made;
            NEXT();
        }
        CHECK(insn_tuple(vm, p, &B, pc->c, &A));
    CASE(LIST) : CHECK(insn_list(vm, p, &B, pc->c, &A));
    CASE(MAP) : {
        verdict v = insn_map(vm, p, &A, &B, pc->c);
        PAY();
        CHECK(v);
    }
    CASE(RECORD) :
        CHECK(insn_record(vm, p, &B, value_tuple(K[pc->c]), HINT, &A));
    CASE(APPEND) :
        for (uint32_t i = 0; i < pc->c; i++) {
            if (unlikely(!list_push(vm, value_list(A), R[pc->b + i]))) goto no_memory;
        }
        NEXT();
    CASE(PUTALL) : CHECK(insn_put_pairs(vm, p, A, &B, pc->c));
    CASE(EXTEND) : {
        verdict v = data_extend(vm, p, value_list(A), B);
        PAY();
        if (v == VERDICT_CALL) { op_a = A; op_b = B; walk = WALK_EXTEND; goto operate; }
        CHECK(v);
    }
    CASE(RANGE) : CHECK(insn_range(vm, p, B, C, false, &A));
    CASE(RANGEI) : CHECK(insn_range(vm, p, B, C, true, &A));
    CASE(INTERP) :
        switch (insn_interpolate(vm, &B, pc->c, &A)) {
        case VERDICT_DONE: NEXT();
        case VERDICT_CALL:
            op_a = tuple_new(vm, p, &B, pc->c);
            if (op_a == VALUE_ABSENT) goto no_memory;
            walk = WALK_JOIN;
            goto operate;
        case VERDICT_FAIL: case VERDICT_YIELD: case VERDICT_BLOCK: case VERDICT_KILLED:
        case VERDICT_EXIT: case VERDICT_STOP: goto fail;
        }
    CASE(GETIDX) : op_a = B; op_b = C; goto get_index;
    CASE(GETIDXI) : op_a = B; op_b = value_int((int16_t)pc->c); goto get_index;
get_index:
    if (likely(value_is_object(op_a) && value_is_int(op_b))) {
        uint64_t header = obj_header(op_a), i = (uint64_t)value_as_int(op_b);
        if (likely(header == (OWNER | OBJ_LIST))) {
            const list *l = value_list(op_a);
            if (likely(i < l->count)) { A = l->items[i]; NEXT(); }
        } else if (header == (OBJ_IMMUTABLE | OBJ_TUPLE) || header == (OWNER | OBJ_TUPLE)) {
            const tuple *t = value_tuple(op_a);
            if (likely(i < t->count)) { A = t->items[i]; NEXT(); }
        }
    }
    {
        value result;
        verdict v = data_get(vm, p, op_a, op_b, &result);
        PAY();
        if (likely(v == VERDICT_DONE)) { A = result; NEXT(); }
        if (v == VERDICT_CALL) { op_b = result; walk = WALK_PART; goto operate; }
        goto fail;
    }
    CASE(SETIDX) : {
        value container = A, key = B;
        if (likely(value_is_object(container) && value_is_int(key) &&
                   obj_header(container) == (OWNER | OBJ_LIST))) {
            list *l = value_list(container);
            uint64_t i = (uint64_t)value_as_int(key);
            if (likely(i < l->count)) { l->items[i] = C; NEXT(); }
        }
        verdict v = data_set(vm, p, container, key, C);
        PAY();
        if (v == VERDICT_CALL) { op_a = container; op_b = key; walk = WALK_MAP_PUT; goto operate; }
        CHECK(v);
    }
    CASE(GETFIELD) : {
        value container = B;
        if (likely(value_is_object(container) && MINE(container, OBJ_MAP))) {
            const map *m = value_map(container);
            if (likely(HINT->shape == m->shape)) { A = m->at.items[HINT->place]; NEXT(); }
        }
        CHECK(insn_get_field(vm, p, container, K[pc->c], HINT, &A));
    }
    CASE(SETFIELD) : {
        value container = A;
        if (likely(value_is_object(container) && MINE(container, OBJ_MAP))) {
            const map *m = value_map(container);
            if (likely(HINT->shape == m->shape)) { m->at.items[HINT->place] = C; NEXT(); }
        }
        CHECK(insn_set_field(vm, p, container, K[pc->b], HINT, C));
    }
    CASE(SLICE) : {
        value result, from, to;
        if (insn_bound(vm, p, R[pc->c], &from) != VERDICT_DONE) goto fail;
        if (insn_bound(vm, p, R[pc->c + 1], &to) != VERDICT_DONE) goto fail;
        verdict v = data_slice(vm, p, B, from, to, &result);
        PAY();
        if (likely(v == VERDICT_DONE)) { A = result; NEXT(); }
        if (v == VERDICT_CALL) { op_a = B; op_b = result; walk = WALK_PART; goto operate; }
        goto fail;
    }

    CASE(CALLF) : {
        callee = (const code*)(uintptr_t)K[WIDE];
        value *N = &R[pc->a + 2];
        if (unlikely(N + callee->registers > s->limit)) {
            N = process_reserve(vm, p, N, callee->registers);
            if (!N) goto fail;
        }
        link_make(N, body, pc, pc->a + 2u);
        R = N;
        body = callee;
        pc = callee->insns;
        if (unlikely(--red <= 0)) goto preempt;
        DISPATCH();
    }
    CASE(CALL) : window = pc->a; argc = pc->b; goto call;
call: {
        value *N = &R[window + 2];
        value fn = N[-2];
        if (likely(value_is_object(fn))) {
            uint64_t header = obj_header(fn);
            const closure *cl = value_as_object(fn);
            if (likely(PLAIN_CLOSURE(header) && cl->code->plain && cl->code->params == argc)) {
                callee = cl->code;
                if (unlikely(N + callee->registers > s->limit)) {
                    N = process_reserve(vm, p, N, callee->registers);
                    if (!N) goto fail;
                }
                for (uint32_t i = 0; i < callee->captures; i++) N[argc + i] = cl->captures[i];
                R = N - (window + 2);
                goto enter;
            }
        }
        ARRANGE(call_arrange(vm, p, &N, argc, &callee), enter, called);
    }
/* callee, window: its registers are filled */
enter: {
        value *N = &R[window + 2];
        link_make(N, body, pc, window + 2);
        R = N;
        body = callee;
        pc = callee->insns;
        if (unlikely(--red <= 0)) goto preempt;
        DISPATCH();
    }
/* a simple native has put its result in R[window] */
called:
    red -= 1 + (int64_t)s->charged;
    s->charged = 0;
    pc++;
    if (unlikely(red <= 0)) goto preempt;
    DISPATCH();
    CASE(CALLN) : {
        const native *n = value_as_object(K[pc->c]);
        window = pc->a;
        argc = pc->b;
        if (likely(!n->entry->slots)) {
            value *N = &R[window + 2];
            value result = VALUE_NIL;
            s->call_code = body;
            s->call_pc = pc;
            s->native_argc = argc;
            verdict v = n->entry->fn(vm, p, N, &result);
            R[window] = result;
            if (likely(v == VERDICT_DONE)) goto called;
            if (v == VERDICT_EXIT) goto exit_program;
            if (v == VERDICT_KILLED) goto killed;
            if (v != VERDICT_CALL || call_become(vm, p, &N, &callee) != VERDICT_CALL) goto fail;
            R = N - (window + 2);                        /* the stack may have moved */
            goto enter;
        }
        R[window] = K[pc->c];
        goto call;
    }
    CASE(CALLV) : {
        value *N = &R[pc->a + 2];
        window = pc->a;
        ARRANGE(call_spread(vm, p, &N, &callee), enter, called);
    }
    CASE(TAILF) : {
        callee = (const code*)(uintptr_t)K[WIDE];
        argc = (uint32_t)callee->params + callee->has_rest;
        value *N = &R[pc->a + 2];
        if (unlikely(R + callee->registers > s->limit)) {
            value *base = process_reserve(vm, p, R, callee->registers);
            if (!base) goto fail;
            R = base;
            N = &R[pc->a + 2];
        }
        for (uint32_t i = 0; i < argc; i++) R[i] = N[i];
        goto replace;
    }
    CASE(TAIL) : window = pc->a; argc = pc->b; {
        value *N = &R[window + 2];
        value fn = N[-2];
        if (likely(value_is_object(fn))) {
            uint64_t header = obj_header(fn);
            const closure *cl = value_as_object(fn);
            if (likely(PLAIN_CLOSURE(header) && cl->code->plain && cl->code->params == argc)) {
                callee = cl->code;
                N = process_reserve(vm, p, N, callee->registers);
                if (unlikely(!N)) goto fail;
                R = N - (window + 2);
                for (uint32_t i = 0; i < argc; i++) R[i] = N[i];
                for (uint32_t i = 0; i < callee->captures; i++) R[argc + i] = cl->captures[i];
                goto replace;
            }
        }
        ARRANGE(call_arrange(vm, p, &N, argc, &callee), replace_arranged, returned);
    }
    CASE(TAILV) : {
        value *N = &R[pc->a + 2];
        window = pc->a;
        ARRANGE(call_spread(vm, p, &N, &callee), replace_arranged, returned);
    }
/* moves the callee's registers from window + 2 down to this frame's */
replace_arranged:
    memmove(R, R + window + 2, callee->registers * sizeof(value));
replace:
    if (R != s->bottom) frame_mark_tail(R);
    else p->flags |= PROCESS_TAIL;
    body = callee;
    pc = callee->insns;
    if (unlikely(--red <= 0)) goto preempt;
    DISPATCH();
returned:                                               /* a simple native in tail position */
    red -= 1 + (int64_t)s->charged;
    s->charged = 0;
    op_a = R[window];
    goto do_return;
    CASE(RET) : op_a = A; goto do_return;
do_return: {
        if (unlikely(R <= s->floor)) goto return_deep;
        value *from = R;
        LEAVE(from);
        from[-2] = op_a;
        NEXT();
    }
return_deep: {
        value *from = R;
        if (R == s->bottom) goto finished;
        LEAVE(from);
        from[-2] = op_a;
        pc++;
        s->floor = floor_below(s->bottom, R - s->bottom);
        red -= RETURNED_WORDS / RETURNED_PER_REDUCTION;
        if (unlikely(red <= 0)) goto preempt;
        DISPATCH();
    }
    CASE(NATIVE) : {
        value result = VALUE_NIL;
        SAVE();
        verdict v = body->native->fn(vm, p, R, &result);
        R = process_registers(p);                           /* the stack may have moved */
        PAY();
        if (v == VERDICT_BLOCK) goto blocked;
        p->wake = WAKE_NONE;
        switch (v) {
        case VERDICT_DONE:
            op_a = result;
            if (body->is_operator) goto finish;
            if (unlikely(R == s->bottom && body->native == &vm_builtins[BUILTIN_END])) {
                bool failed = R[1] == VALUE_TRUE;
                SAVE();
                insn_end_process(vm, p, result, failed);
                goto gone;
            }
            goto do_return;
        case VERDICT_YIELD:
            if (--red <= 0) goto preempt;
            DISPATCH();
        case VERDICT_CALL:
            window = (uint32_t)body->registers - 1;
            argc = s->call_argc;
            goto call;
        case VERDICT_KILLED: goto killed;
        case VERDICT_EXIT: goto exit_program;
        case VERDICT_STOP: goto stopped;
        case VERDICT_FAIL: case VERDICT_BLOCK:
            pc += body->handler_count;                  /* it catches what it calls, not itself */
            goto fail;
        }
    }
    CASE(HOSTCALL) :                                    /* what it calls returns to HOSTRET */
        pc = body->insns;
        window = (uint32_t)body->registers - 1;
        argc = s->call_argc;
        goto call;
    CASE(HOSTRET) :                                     /* it is at the bottom */
        pc = body->insns;
        if (unlikely(p->more)) DISPATCH();                  /* there is more to do: a step */
        if (unlikely(p->code != body)) SAVE();              /* saved last when it was further up */
        process_end_call(vm, p);
        s->running = NULL;
        s->slice_left = red;
        if (unlikely(p->away && p->block.capacity > 1024)) process_shrink(vm, p);
        return;

    CASE(DEFER) :
        CHECK(insn_defer(vm, &R[body->defer_reg], DEFER_CALL, (uint32_t)(pc - body->insns), &A,
                         pc->b + 2u));
    CASE(DEFERSEND) : {
        value pair[2] = {A, B};
        CHECK(insn_defer(vm, &R[body->defer_reg], DEFER_SEND, (uint32_t)(pc - body->insns),
                         pair, 2));
    }
    CASE(DEFERBLOCK) : {
        value at = value_int(pc - body->insns + 1 + (int32_t)WIDE);
        CHECK(insn_defer(vm, &R[body->defer_reg], DEFER_BLOCK, (uint32_t)(pc - body->insns),
                         &at, 1));
    }
    CASE(RUNDEFERS) : {
        value *d = &R[body->defer_reg];
        if (value_is(d[0], OBJ_DEFER) && !process_defies_kills(p)) {
            /* kills wait until these defers have run; an int: this frame has set the flag */
            p->flags |= PROCESS_DEFERS;
            d[2] = value_int(d[2] != VALUE_NIL);
        }
        if (!value_is(d[0], OBJ_DEFER)) {
            if (d[0] == VALUE_FALSE && value_is_int(d[2])) {
                process_clear(p, PROCESS_DEFERS);
                d[2] = d[2] == value_int(0) ? VALUE_NIL : VALUE_TRUE;
                if (process_cause(p)) goto killed;
            }
            if (d[2] == VALUE_NIL || d[0] == VALUE_NIL) NEXT();
            op_a = d[1];
            if (d[2] == VALUE_KILLED) goto killed_again;
            s->raised = op_a;
            d[0] = VALUE_NIL;
            goto fail;
        }
        const deferred *e = value_as_object(d[0]);
        d[0] = e->next;
        d[3] = value_int(e->at);
        if (e->kind == DEFER_BLOCK) {
            pc = body->insns + value_as_int(e->items[0]);
            if (unlikely(--red <= 0)) goto preempt;
            DISPATCH();
        }
        window = body->registers;
        argc = e->kind == DEFER_CALL ? e->count - 2 : 2;
        value *N = process_reserve(vm, p, R, window + 2 + argc);
        if (!N) goto fail;
        R = N;
        if (e->kind == DEFER_CALL) {
            memcpy(R + window, e->items, e->count * sizeof(value));
        } else {
            R[window] = native_value(vm, &vm_builtins[BUILTIN_SEND]);
            R[window + 2] = e->items[0];
            R[window + 3] = e->items[1];
        }
        /* the call comes back to this instruction */
        pc--;
        goto call;
    }
    CASE(RERAISE) :
        op_a = A;
        if (op_a == VALUE_KILLED) goto killed_again;
        s->raised = op_a;
        goto fail;
    CASE(TRACE) :
        f = (frame){R, body, pc};
        A = unwind_traced(vm, p, A, &f);
        NEXT();
    CASE(MATCHFAIL) : {
        text t;
        text_init(&t, vm);
        walk_show(vm, &t, A, 100);
        vm_raise(vm, ERR_MATCH, "no match for %.*s", (int)t.used, t.block ? t.block : "");
        vm_blame(vm, p, A, VALUE_NIL);
        goto fail;
    }

    CASE(TESTTUPLE) : {
        if (!value_is(A, OBJ_TUPLE)) TEST(false);
        if (unlikely(!value_usable(p, A))) { vm_raise_type(vm, p, A, "a tuple"); goto fail; }
        uint64_t n = value_tuple(A)->count;
        TEST(n == pc->b || (pc->c && n > pc->b));
    }
    CASE(TESTLIST) : {
        if (!value_is(A, OBJ_LIST)) TEST(false);
        if (unlikely(!value_usable(p, A))) { vm_raise_type(vm, p, A, "a list"); goto fail; }
        uint32_t n = value_list(A)->count;
        TEST(n == pc->b || (pc->c && n > pc->b));
    }
    CASE(TESTMAP) :
        if (!value_is(A, OBJ_MAP)) TEST(false);
        if (unlikely(!value_usable(p, A))) { vm_raise_type(vm, p, A, "a map"); goto fail; }
        TEST(true);
    CASE(TESTKEY) : {
        value item = map_get(vm, value_map(B), K[pc->c]);
        if (item != VALUE_ABSENT) A = item;
        TEST(item != VALUE_ABSENT);
    }
    CASE(TESTERROR) :
        if (!value_is(A, OBJ_ERROR)) TEST(false);
        if (unlikely(!value_usable(p, A))) { vm_raise_type(vm, p, A, "an error"); goto fail; }
        TEST(true);
    CASE(TESTLIT) : TEST(insn_is_literal(vm, A, K[WIDE]));
    CASE(ERRORPART) : CHECK(insn_error_part(B, pc->c, &A));
    CASE(REST) : {
        value result;
        verdict v = insn_rest(vm, p, B, pc->c, &result);
        if (likely(v == VERDICT_DONE)) { A = result; NEXT(); }
        if (v == VERDICT_CALL) { op_a = B; op_b = result; walk = WALK_PART; goto operate; }
        goto fail;
    }

    CASE(FORI) : {
        value *r = &A;
        if (likely(value_both_int(r[0], r[1]) && !(pc->b && r[1] == value_int(INT_SMALL_MAX)))) {
            if (pc->b) r[1] += 2;
            if ((int64_t)r[0] >= (int64_t)r[1]) JUMP((int16_t)pc->c);
            r[2] = r[0];
            NEXT();
        }
        bool more;
        if (unlikely(insn_fori_begin(vm, p, r, pc->b != 0, &more) != VERDICT_DONE)) goto fail;
        if (!more) JUMP((int16_t)pc->c);
        NEXT();
    }
    CASE(FORILOOP) : {
        value *r = &A;
        if (likely(value_both_int(r[0], r[1]))) {
            if ((int64_t)r[0] + 2 >= (int64_t)r[1]) NEXT();
            r[2] = r[0] += 2;
        } else {
            bool more;
            if (unlikely(insn_fori_next(vm, p, r, &more) != VERDICT_DONE)) goto fail;
            if (!more) NEXT();
        }
        pc += 1 + (int32_t)WIDE;
        if (unlikely(--red <= 0)) goto preempt;
        DISPATCH();
    }
    CASE(ITER) :
        if (value_is(B, OBJ_CHANNEL) || value_is(B, OBJ_END)) {
            channel *c;
            if (insn_channel(vm, p, B, false, &c) != VERDICT_DONE) goto fail;
            A = value_object(c);
            R[pc->a + 1] = VALUE_NIL;
            NEXT();
        }
        if (value_is(B, OBJ_HOSTED) && value_hosted(B)->of->next) {
            A = B;
            R[pc->a + 1] = VALUE_NIL;
            NEXT();
        }
        CHECK(data_iterate(vm, p, B, &A));
    CASE(ITERNEXT) : {
        value *state = &A;
        bool more = false;
        uint64_t header = obj_header(state[0]);         /* ITER admits only objects */
        if (likely(header == (OWNER | OBJ_LIST))) {
            const list *l = value_list(state[0]);
            uint64_t i = (uint64_t)value_as_int(state[1]);
            if (i >= l->count) JUMP(WIDE);
            state[2] = l->items[i];
            state[1] += 2;
            NEXT();
        }
        if ((header & 0xff) == OBJ_CHANNEL) {
            value m;
            SHOW();
            switch (chan_receive(vm, p, value_as_object(state[0]), &m)) {
            case CHAN_DONE: op_a = m; goto deliver;
            case CHAN_BLOCK: state[2] = VALUE_NIL; SAVE(); goto blocked;
            case CHAN_CLOSED: JUMP(WIDE);
            case CHAN_FAIL: goto fail;
            }
        }
        if ((header & 0xff) == OBJ_HOSTED) {
            const hosted_class *of = value_hosted(state[0])->of;
            if (of->quick) {
                value item = of->quick(vm, value_hosted(state[0])->data);
                if (item != VALUE_ABSENT) {
                    state[2] = item;
                    red--;
                    NEXT();
                }
            }
            value *N = insn_push_next(vm, p, R, body, pc, of->next, state[0], &callee);
            if (!N) goto fail;
            R = N;
            body = callee;
            pc = callee->insns;
            DISPATCH();
        }
        if (unlikely(data_next(vm, p, state, &state[2], &more) != VERDICT_DONE)) goto fail;
        if (!more) JUMP(WIDE);
        NEXT();
    }
    CASE(ITERNEXT2) : {
        value *state = &A;
        bool more = false;
        if (unlikely(value_is(state[0], OBJ_CHANNEL) || value_is(state[0], OBJ_HOSTED))) {
            vm_raise(vm, ERR_TYPE, "%s gives one value at a time: `for` over it takes one name",
                     vm_type_phrase(state[0]));
            goto fail;
        }
        if (unlikely(data_next2(vm, p, state, &state[2], &state[3], &more) != VERDICT_DONE))
            goto fail;
        if (!more) JUMP(WIDE);
        NEXT();
    }

    CASE(SPAWN) : {
        bool slow;
        process *q = spawn_quick(vm, A, pc->b, &R[pc->a + 2], &slow);
        if (unlikely(!q)) {
            if (!slow) goto fail;
            if (!value_is(A, OBJ_CLOSURE) && !value_is(A, OBJ_NATIVE)
                && !value_is(A, OBJ_FOREIGN)) {
                vm_raise_type(vm, p, A, "a function");
                goto fail;
            }
            op_a = spawn_bundle(vm, p, A, pc->b, &R[pc->a + 2]);
            if (op_a == VALUE_ABSENT) goto fail;
            goto copy_bundle;
        }
        op_a = value_object(q);
        goto spawned;
    }
    CASE(SPAWNB) :
    CASE(PARADD) : {
        bool slow;
        const value *captures = pc->op == OPC_PARADD ? &B : &A;
        callee = (const code*)(uintptr_t)K[pc->c];
        if (pc->op == OPC_PARADD) {
            par *of = value_as_object(A);
            if (of->error != VALUE_ABSENT) NEXT();      /* it is over: PARWAIT will report it */
            if (!par_room(vm, of)) goto fail;
        }
        process *q = spawn_block_quick(vm, callee, captures, &slow);
        if (unlikely(!q)) {
            if (!slow) goto fail;
            value fn = closure_new(vm, p, callee, captures);
            if (fn == VALUE_ABSENT) goto no_memory;
            op_a = spawn_bundle(vm, p, fn, 0, NULL);
            if (op_a == VALUE_ABSENT) goto fail;
            goto copy_bundle;
        }
        op_a = value_object(q);
        goto spawned;
    }
copy_bundle: {
        if (value_is_immutable(op_a)) {
            op_b = op_a;
        } else {
            op_b = walk_copy_quick(vm, p, op_a);
            if (op_b == VALUE_ABSENT) { walk = WALK_MESSAGE; goto operate; }
        }
        op_a = op_b;
    }
bundled: {                                              /* op_a: the bundle as a message */
        uint32_t n = pc->op == OPC_SPAWN ? pc->b : 0;
        process *q = spawn_bundled(vm, op_a, n, &R[pc->a + 2]);
        if (!q) goto fail;
        op_a = value_object(q);
    }
spawned: {                                              /* op_a: the new process */
        process *q = value_as_object(op_a);
        red--;
        if (pc->op == OPC_PARADD) {
            if (!process_side(vm, q)) {
                process_end(vm, q, VALUE_NIL, false);
                s->running = p;
                goto fail;
            }
            SHOW();
            par_add(vm, value_as_object(A), q);
        } else {
            bool wanted = pc->op == OPC_SPAWN ? pc->c == 0 : pc->b == 0;
            if (wanted) q->flags |= PROCESS_ESCAPED;
            A = wanted ? op_a : VALUE_NIL;
        }
        spawn_launch(vm, p, q, position_of(body, pc));
        pc++;
        if (unlikely(red <= 0)) goto preempt;
        DISPATCH();
    }
    CASE(PAR) : {
        value made = par_new(vm, p);
        if (made == VALUE_ABSENT) goto fail;
        A = made;
        NEXT();
    }
    CASE(PARWAIT) : {
        par *of = value_as_object(A);
        if (par_wait(p, of) == VERDICT_BLOCK) { SAVE(); goto blocked; }
        if (of->error != VALUE_ABSENT) {
            /* a master, like an outcome */
            if (!value_is_immutable(of->error)) {
                op_a = of->error;
                walk = WALK_COPY;
                goto operate;
            }
            s->raised = of->error;
            goto fail;
        }
        value results;
        if (!insn_par_results(vm, p, of, &results, &walk)) { op_a = results; goto operate; }
        if (results == VALUE_ABSENT) goto no_memory;
        A = results;
        NEXT();
    }
    CASE(PARCANCEL) : {
        par *of = value_as_object(A);
        SHOW();
        par_cancel(vm, of, B);
        if (par_wait(p, of) == VERDICT_BLOCK) { SAVE(); goto blocked; }
        op_a = B;
        if (op_a == VALUE_KILLED) goto killed_again;
        s->raised = op_a;
        goto fail;
    }
    CASE(SEND) : {
        channel *c;
        value ch = A, m = B;
        bool plain_channel = value_is(ch, OBJ_CHANNEL) && !(obj_header(ch) & CHANNEL_SPECIAL);
        if (likely(plain_channel)) c = value_as_object(ch);
        else if (insn_channel(vm, p, ch, true, &c) != VERDICT_DONE) goto fail;
        bool port = !plain_channel && (c->header & CHANNEL_PORT);
        if (unlikely(port || !value_is_immutable(m))) {
            if (c->header & CHANNEL_CLOSED) { chan_raise_closed_send(vm); goto fail; }
            if (!value_usable(p, m)) { vm_raise_type(vm, p, m, "a value of its own"); goto fail; }
            op_a = m;
            m = chan_message(vm, p, c, m, &walk);
            if (m == VALUE_ABSENT) goto operate;
        }
        if (c->capacity && buffered_send(vm, c, m)) {
            pc++;
            if (unlikely(--red <= 0)) goto preempt;
            DISPATCH();
        }
        SAVE();
        switch (chan_send(vm, p, c, m)) {
        case CHAN_DONE: pc++; if (unlikely(--red <= 0)) goto preempt; DISPATCH();
        case CHAN_BLOCK: goto blocked;
        case CHAN_CLOSED: chan_raise_closed_send(vm); goto fail;
        case CHAN_FAIL: goto fail;
        }
    }
    CASE(SENDMOVE) : {
        channel *c;
        if (value_is_immutable(B)) goto L_SEND;         /* there is nothing to hand over */
        if (insn_channel(vm, p, A, true, &c) != VERDICT_DONE) goto fail;
        if (c->header & CHANNEL_CLOSED) { chan_raise_closed_send(vm); goto fail; }
        op_a = B;
        /* what goes to the host is packed; it is given up when it has been sent */
        walk = c->header & CHANNEL_PORT ? WALK_PACK : WALK_MOVE;
        goto operate;
    }
    CASE(RECV) : {
        channel *c;
        value ch = B, m;
        if (likely(value_is(ch, OBJ_CHANNEL))) c = value_as_object(ch);
        else if (insn_channel(vm, p, ch, false, &c) != VERDICT_DONE) goto fail;
        if (c->count && buffered_receive(vm, c, &m)) {
            red--;
            op_a = m;
            goto deliver;
        }
        SAVE();
        switch (chan_receive(vm, p, c, &m)) {
        case CHAN_DONE: red--; op_a = m; goto deliver;
        case CHAN_BLOCK: if (pc->c) A = VALUE_NIL; goto blocked;
        case CHAN_CLOSED: insn_closed_receive(vm); goto fail;
        case CHAN_FAIL: goto fail;
        }
    }
    CASE(MOVEARG) :
        if (value_is_immutable(A)) NEXT();
        op_a = A;
        walk = WALK_MOVE;
        goto operate;
    CASE(ALT) : {
        alt_choice choice = {.received = VALUE_ABSENT};
        SHOW();
        alt_result result = alt_begin(vm, p, R, pc, &choice);
        red--;
        goto alt_step;
    /* after a step of the alt under way; `choice` and `result` are used only here */
    alt_again:
        choice = (alt_choice){.received = VALUE_ABSENT};
        SHOW();
        result = alt_made(vm, p, op_a, &choice);
        goto alt_step;
    alt_resumed:
        choice = (alt_choice){.received = VALUE_ABSENT};
        result = alt_woken(vm, p, &choice);
        p->wake = WAKE_NONE;
    alt_step:
        switch (result) {
        case ALT_CHOSEN: {
            alt *a = side_of(p)->alt;
            const insn *arm = pc + 1 + choice.arm;
            if (!choice.chosen) { alt_leave(a); pc = arm + 1 + (int16_t)arm->c; DISPATCH(); }
            alt_case *k = choice.chosen;
            a->taken = (int32_t)(k - a->cases);
            if (k->key != VALUE_ABSENT) {
                R[arm->b + 1] = k->key;
                R[arm->b + 2] = k->element;
            }
            if (k->drained) {
                if (choice.taken != VALUE_ABSENT)
                    R[arm->b + (k->key != VALUE_ABSENT ? 3 : 1)] = choice.taken;
            } else if (!k->sends) {
                C = choice.received;
                if (!chan_delivery(p, k->chan, choice.received, &walk)) {
                    op_a = choice.received;
                    goto operate;
                }
            } else if (k->moves && !k->moved && !value_is_immutable(k->original)) {
                /* a copy was sent, since the alt had to wait: now the original is given up */
                op_a = k->original;
                walk = WALK_MOVE;
                goto operate;
            }
            goto alt_taken;
        }
        case ALT_BLOCKED: C = VALUE_NIL; SAVE(); goto blocked; /* what came last is not kept */
        case ALT_COPY: op_a = choice.work; walk = choice.walk; goto operate;
        case ALT_MOVE: op_a = choice.work; walk = WALK_MOVE; goto operate;
        case ALT_UNMOVE: op_a = choice.work; walk = WALK_UNMOVE; goto operate;
        case ALT_ENDED: {
            uint32_t arms = pc->a;
            alt_leave(side_of(p)->alt);
            pc += 1 + arms;
            DISPATCH();
        }
        case ALT_FAILED: goto fail;
        }
    }
alt_taken: {
        alt *a = side_of(p)->alt;
        const insn *arm = pc + 1 + a->cases[a->taken].arm;
        alt_leave(a);
        pc = arm + 1 + (int16_t)arm->c;
        if (unlikely(red <= 0)) goto preempt;
        DISPATCH();
    }
    CASE(ARM) : assert(false); NEXT();

    /* --- common tails */

/* op_a was received from a channel, for RECV or ITERNEXT */
deliver: {
        if (value_is_object(op_a)) {
            value ch = pc->op == OPC_RECV ? B : A;
            channel *c = value_is(ch, OBJ_END) ? ((channel_end *)value_as_object(ch))->chan
                                               : value_as_object(ch);
            if (unlikely(!chan_delivery(p, c, op_a, &walk))) goto operate;
        }
        R[pc->op == OPC_RECV ? pc->a : pc->a + 2] = op_a;
        pc++;
        if (unlikely(red <= 0)) goto preempt;
        DISPATCH();
    }
/* a walk on op_a and op_b does the work of this instruction */
operate: {
        value third = walk == WALK_MAP_PUT ? C : VALUE_ABSENT;
        value *N = insn_push_walk(vm, p, R, body, pc, walk, op_a, op_b, &callee);
        if (!N) goto fail;
        if (walk == WALK_MAP_PUT) N[2] = third;
        R = N;
        body = callee;
        pc = callee->insns;
        DISPATCH();
    }
/* op_a: the walk's result; its frame is on top */
finish: {
        const native_entry *done = body->native;
        LEAVE(R);
        switch (pc->op) {
        case OPC_EQ: case OPC_IN: case OPC_INTERP:
        case OPC_MUL: case OPC_MULK: case OPC_MULADD: case OPC_MULSUB:
        case OPC_IDIV: case OPC_IDIVK: case OPC_MOD: case OPC_MODK:
        case OPC_POW:
        case OPC_ADD: case OPC_ADDK: case OPC_ADDI:
        case OPC_GETIDX: case OPC_GETIDXI: case OPC_SLICE: case OPC_REST:
            A = op_a;
            break;
        case OPC_EXTEND: case OPC_SETIDX: break;
        case OPC_NE: A = value_bool(op_a == VALUE_FALSE); break;
        case OPC_LT: case OPC_LE: A = value_bool(holds(pc->op, order_of(op_a))); break;
        case OPC_JEQ: if (op_a == VALUE_TRUE) JUMP((int16_t)pc->c); break;
        case OPC_JNE: if (op_a == VALUE_FALSE) JUMP((int16_t)pc->c); break;
        case OPC_JLT: case OPC_JNLT: case OPC_JLE: case OPC_JNLE:
        case OPC_JLTI: case OPC_JNLTI: case OPC_JLEI: case OPC_JNLEI:
        case OPC_JGTI: case OPC_JNGTI: case OPC_JGEI: case OPC_JNGEI:
            if (holds(pc->op, order_of(op_a))) JUMP((int16_t)pc->c);
            break;
        case OPC_PARWAIT:
            if (((par *)value_as_object(A))->error != VALUE_ABSENT) { s->raised = op_a; goto fail; }
            A = op_a;
            break;
        case OPC_RECV: A = op_a; break;
        case OPC_ITERNEXT:
            if (value_is(A, OBJ_HOSTED)) {
                if (op_a == VALUE_NIL) JUMP(WIDE);
                if (value_is(op_a, OBJ_ERROR)) { s->raised = op_a; goto fail; }
            }
            R[pc->a + 2] = op_a;
            break;
        case OPC_MOVEARG: {
            cell *wrapped = heap_alloc(&vm->heap, HEAP_TRACED, sizeof *wrapped);
            if (!wrapped) goto no_memory;
            wrapped->header = OBJ_CELL;
            wrapped->item = op_a;
            wrapped->name = VALUE_NIL;
            A = value_object(wrapped);
            break;
        }
        case OPC_SPAWN: case OPC_SPAWNB: goto bundled;
        case OPC_PARADD:
            if (((par *)value_as_object(A))->error != VALUE_ABSENT) break;
            goto bundled;
        case OPC_SEND: case OPC_SENDMOVE:
            if (done == &walk_natives[WALK_UNMOVE]) { chan_raise_closed_send(vm); goto fail; }
            {
                channel *c;
                if (insn_channel(vm, p, A, true, &c) != VERDICT_DONE) goto fail;
                bool port = c->header & CHANNEL_PORT;
                if (port && done == &walk_natives[WALK_MOVE]) break;
                SAVE();
                switch (chan_send(vm, p, c, op_a)) {
                case CHAN_DONE:
                    if (!port || pc->op != OPC_SENDMOVE) break;
                    op_a = B;
                    walk = WALK_MOVE;
                    goto operate;
                case CHAN_BLOCK: goto blocked;
                case CHAN_CLOSED:
                    if (pc->op == OPC_SENDMOVE && !port) { walk = WALK_UNMOVE; goto operate; }
                    chan_raise_closed_send(vm);
                    goto fail;
                case CHAN_FAIL: goto fail;
                }
            }
            break;
        case OPC_ALT: {
            alt *a = side_of(p)->alt;
            if (a->taken < 0) goto alt_again;
            if (!a->cases[a->taken].sends) C = op_a;
            goto alt_taken;
        }
        default:                                        /* the others need nothing more */
            assert(false);
        }
        pc++;
        if (unlikely(--red <= 0)) goto preempt;
        DISPATCH();
    }

    /* --- the ways out */

/* p->wake says why; the process waits in the instruction at pc */
woken: {
        wake_reason why = (wake_reason)p->wake;
        if (unlikely(unwind_under_way(p))) goto unwinding;
        if (why != WAKE_MESSAGE || (unlikely(p->more) && alt_is_live(p)))
            sched_settle(vm, p);
        if (unlikely(process_must_die(p))) {
            if (pc->op == OPC_SENDMOVE && why != WAKE_MESSAGE && !value_is_immutable(p->value)) {
                value back[2] = {p->value, VALUE_ABSENT};
                /* it was never taken: the defers may use it */
                walk_abandon(vm, p, WALK_UNMOVE, back);
            }
            if (pc->op == OPC_ALT && why == WAKE_MESSAGE)
                /* it was served: a move takes effect (unwind_kill) */
                side_of(p)->alt->taken = side_of(p)->alt->won;
            p->wake = WAKE_NONE;
            p->value = VALUE_ABSENT;
            goto killed;
        }
        op_a = p->value;
        switch (pc->op) {
        case OPC_SEND: case OPC_SENDMOVE:
            p->wake = WAKE_NONE;
            p->value = VALUE_ABSENT;
            if (why != WAKE_CLOSED) {
                if (pc->op == OPC_SENDMOVE && insn_sends_to_host(A)) {
                    op_a = B;
                    walk = WALK_MOVE;
                    goto operate;
                }
                red--;
                NEXT();
            }
            if (pc->op == OPC_SENDMOVE && !value_is_immutable(op_a)) {
                walk = WALK_UNMOVE;
                goto operate;
            }
            chan_raise_closed_send(vm);
            goto fail;
        case OPC_RECV:
            p->wake = WAKE_NONE;
            p->value = VALUE_ABSENT;
            if (why == WAKE_CLOSED) { insn_closed_receive(vm); goto fail; }
            red--;
            goto deliver;
        case OPC_ITERNEXT:
            p->wake = WAKE_NONE;
            p->value = VALUE_ABSENT;
            if (why == WAKE_CLOSED) JUMP(WIDE);
            red--;
            goto deliver;
        case OPC_ALT:
            goto alt_resumed;
        default:                                        /* a par or a native checks for itself */
            if (pc->op != OPC_NATIVE) p->wake = WAKE_NONE;
            DISPATCH();
        }
    }
no_memory:
    vm_raise_memory(vm);
    goto fail;
fail:
    red -= 1;
    s->charged = 0;
    f = (frame){R, body, pc};
    insn_explain_nil(vm, &f);
    left = unwind_crash(vm, p, &f, red);
    goto unwound;
unwinding:
    f = (frame){R, body, pc};
    left = unwind_go_on(vm, p, &f, red);
    goto unwound;
killed:
    op_a = VALUE_KILLED;
/* op_a: VALUE_KILLED, or the crash of a defer instead */
killed_again:
    f = (frame){R, body, pc};
    left = unwind_kill(vm, p, &f, op_a, red);
unwound:
    if (left == VERDICT_EXIT) {
        op_a = s->raised == VALUE_ABSENT ? kill_outcome(vm, p) : s->raised;
        s->raised = VALUE_ABSENT;
        if (insn_finish_process(vm, p, op_a, true, &f)) goto gone;
    }
on_frame:
    PAY();
    R = f.base;
    body = f.code;
    pc = f.pc;
    if (unlikely(red <= 0)) goto preempt;
    DISPATCH();
finished:                                               /* the bottom frame returned op_a */
    if (unlikely(vm->final_check && (p->flags & PROCESS_MAIN) && pc->op == OPC_RET)) {
        if (leak_final_look(vm, p, R, body, pc)) goto preempt;
    }
    if (!insn_finish_process(vm, p, op_a, false, &f)) goto on_frame;
gone:
    /* for those who have been told of the end */
    PAY();
    s->slice_left = red;
    /* somebody outside waits for this one; it is never recycled */
    if (p->flags & (PROCESS_MAIN | PROCESS_SYSTEM)) return;
    p = s->next;
    if (p && red > 0 && !s->limited) {                  /* a limit may end its slice earlier */
        s->next = NULL;
        goto resume;
    }
    return;
preempt:
    SAVE();
    s->running = NULL;
    p->reductions = (p->reductions + (uint64_t)(start - red)) & PROCESS_REDUCTIONS;
    s->slice_left = 0;
    sched_preempted(s, p);
    process_shrink(vm, p);
    return;
blocked:                                                /* saved, parked: no longer ours */
    s->running = NULL;
    p->reductions = (p->reductions + (uint64_t)(start - red)) & PROCESS_REDUCTIONS;
    s->slice_left = red;
    if (unlikely(p->away && p->block.capacity > 1024)) process_shrink(vm, p);
    p = s->next;
    if (p && red > 0 && !s->limited) {                  /* a limit may end its slice earlier */
        s->next = NULL;
        goto resume;
    }
    return;
stopped:                                                /* the same, for now */
    s->running = NULL;
    p->reductions = (p->reductions + (uint64_t)(start - red)) & PROCESS_REDUCTIONS;
    s->slice_left = red;
    if (unlikely(p->away && p->block.capacity > 1024)) process_shrink(vm, p);
    return;
exit_program:
    SAVE();
    s->running = NULL;
    s->slice_left = 0;
    sched_preempted(s, p);
}

#pragma GCC diagnostic pop
/* clang-format on */

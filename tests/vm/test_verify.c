#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/code_fixture.h"
#include "tests/support/vm_fixture.h"
#include "vm/code/native.h"
#include "vm/code/verify.h"
#include "vm/core/string.h"
#include "vm/core/type.h"

static csp_vm *vm;

static void open_vm(void) { vm = fixture_vm(); }

static void close_vm(void) { fixture_close(vm); }

TestSuite(verify, .init = open_vm, .fini = close_vm);

enum { REGISTERS = 8, CONSTANTS = 6 };

static const native_entry native_of_two = {"two", "two(a, b)", "", NULL, 2, 2, 0};

/* Constants: 0 a string, 1 an int, 2 a cell, 3 a native of two arguments, 4 code without captures,
 * 5 a block with two.
 */
static module *module_of(const insn *insns, uint32_t count)
{
    static const insn ret = {OPC_RET, 0, 0, 0};
    module *m = code_fixture_module(vm, "f()\n");
    code *c = code_fixture_add(vm, m, "main", REGISTERS, insns, count, "f()");
    code *callee = code_fixture_add(vm, m, "callee", 3, &ret, 1, "f()");
    code *block = code_fixture_add(vm, m, "block", 3, &ret, 1, "f()");
    static const value names[2] = {VALUE_NIL, VALUE_NIL};
    callee->params = callee->required = 2;
    callee->param_names = names;
    block->captures = 2;
    cell *variable = heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *variable);
    variable->header = OBJ_CELL;
    native *two = heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *two);
    two->header = OBJ_NATIVE | OBJ_IMMUTABLE;
    two->entry = &native_of_two;
    value constants[CONSTANTS] = {str_intern(vm, "name", 4), value_int(1),
                                  value_object(variable),    value_object(two),
                                  value_object(callee),      value_object(block)};
    code_fixture_constants(m, c, constants, CONSTANTS);
    return m;
}

/* What is wrong with the module, NULL for nothing; where. */
static const char *verify_wrong(const module *m, const code **which, uint32_t *at)
{
    verify_fault fault;
    verify_result result = code_verify_module(vm, m, &fault);
    cr_assert_neq(result, VERIFY_NO_MEMORY);
    cr_assert_eq(result == VERIFY_OK, fault.why == NULL);
    *which = fault.which;
    *at = fault.at;
    return fault.why;
}

/* What is wrong with these instructions, "" for nothing; *at where. */
static const char *verdict_on(const insn *insns, uint32_t count, uint32_t *at)
{
    module *m = module_of(insns, count);
    const code *which;
    const char *wrong = verify_wrong(m, &which, at);
    return wrong ? wrong : "";
}

enum { MOST = 6 };
typedef struct example {
    const char *wrong; /* "" for nothing */
    uint32_t at;
    insn insns[MOST]; /* OPC_NOP at the end: left out */
} example;

static uint32_t length(const insn *insns)
{
    uint32_t n = MOST;
    while (n > 1 && insns[n - 1].op == OPC_NOP)
        n--;
    return n;
}

static void check_examples(const example *examples, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const example *e = &examples[i];
        uint32_t at;
        const char *wrong = verdict_on(e->insns, length(e->insns), &at);
        cr_expect_str_eq(wrong, e->wrong, "example %zu: \"%s\" instead of \"%s\"", i, wrong,
                         e->wrong);
        cr_expect(e->wrong[0] == '\0' || at == e->at, "example %zu: at %u", i, at);
    }
}
#define CHECK(examples) check_examples(examples, sizeof(examples) / sizeof *(examples))

#define RET              \
    {                    \
        OPC_RET, 0, 0, 0 \
    }
#define BACK(n) (uint16_t)(-(n)), 0xffff

Test(verify, what_is_well_formed_passes)
{
    static const example examples[] = {
        {"", 0, {RET}},
        {"",
         0,
         {{OPC_MOVE, 7, 0, 0},
          {OPC_LOADK, 7, 0, 0},
          {OPC_LOADI, 0, BACK(5)},
          {OPC_LOADP, 0, VALUE_NIL, 0},
          RET}},
        {"",
         0,
         {{OPC_TUPLE, 0, 3, 5},
          {OPC_MAP, 0, 2, 3},
          {OPC_MAP, 0, 8 - 1, 0},
          {OPC_SLICE, 0, 0, 6},
          RET}},
        {"",
         0,
         {{OPC_CALL, 3, 3, 0},
          {OPC_CALLF, 4, 4, 0},
          {OPC_CALLN, 4, 2, 3},
          {OPC_CALLV, 4, 0, 0},
          {OPC_TAIL, 0, 0, 0}}},
        {"",
         0,
         {{OPC_GETCELL, 0, 2, 0},
          {OPC_CLOSURE, 6, 5, 0},
          {OPC_SPAWNB, 6, 1, 5},
          {OPC_PARADD, 0, 6, 5},
          RET}},
        {"", 0, {{OPC_TESTMAP, 0, 0, 0}, {OPC_JMP, 0, 1, 0}, RET, RET}},
        {"", 0, {{OPC_FORI, 5, 1, 1}, {OPC_FORILOOP, 5, BACK(1)}, RET}},
        {"", 0, {{OPC_ITER, 6, 0, 0}, {OPC_ITERNEXT2, 4, 1, 0}, {OPC_LOOP, 0, BACK(2)}, RET}},
        {"", 0, {{OPC_ALT, 1, 2, 0}, {OPC_ARM, ALT_ARM_EACH_DRAINED, 4, 0}, RET}},
        {"",
         0,
         {{OPC_ALT, 2, 1, 0},
          {OPC_ARM, ALT_ARM_EACH_SEND, 5, 1},
          {OPC_ARM, ALT_ARM_ELSE, 999, 0},
          RET}},
    };
    CHECK(examples);
}

Test(verify, a_product_for_a_sum_is_followed_by_it)
{
    static const char *const lost = "a product that is not added";
    static const example examples[] = {
        {"", 0, {{OPC_MULADD, 3, 0, 1}, {OPC_ADD, 0, 2, 3}, RET}},
        {"", 0, {{OPC_MULSUB, 3, 0, 1}, {OPC_SUB, 0, 2, 3}, RET}},
        {lost, 0, {{OPC_MULADD, 3, 0, 1}, {OPC_SUB, 0, 2, 3}, RET}},
        {lost, 0, {{OPC_MULSUB, 3, 0, 1}, {OPC_SUB, 0, 3, 2}, RET}},
        {lost, 0, {{OPC_MULADD, 3, 0, 1}, RET}},
        {"register out of range", 0, {{OPC_MULADD, 8, 0, 1}, {OPC_ADD, 0, 2, 8}, RET}},
        {"register out of range", 1, {{OPC_MULADD, 3, 0, 1}, {OPC_ADD, 0, 8, 3}, RET}},
    };
    CHECK(examples);
}

Test(verify, registers_constants_and_counts_are_within_bounds)
{
    static const char *const reg = "register out of range";
    const example examples[] = {
        {"unknown opcode", 0, {{OPC_COUNT, 0, 0, 0}, RET}},
        {reg, 0, {{OPC_MOVE, 8, 0, 0}, RET}},
        {reg, 0, {{OPC_MOVE, 0, 8, 0}, RET}},
        {reg, 0, {{OPC_ADD, 0, 0, 0xffff}, RET}},
        {reg, 0, {{OPC_TUPLE, 0, 3, 6}, RET}},
        {reg, 0, {{OPC_MAP, 0, 2, 4}, RET}},
        {reg, 0, {{OPC_PUTALL, 0, 0, 0xffff}, RET}},
        {reg, 0, {{OPC_SLICE, 0, 0, 7}, RET}},
        {reg, 0, {{OPC_CALL, 3, 4, 0}, RET}},
        {reg, 0, {{OPC_CALLF, 5, 4, 0}, RET}},
        {reg, 0, {{OPC_CALLN, 5, 2, 3}, RET}},
        {reg, 0, {{OPC_TAILV, 5, 0, 0}, RET}},
        {reg, 0, {{OPC_SPAWN, 0, 7, 0}, RET}},
        {reg, 0, {{OPC_CLOSURE, 7, 5, 0}, RET}},
        {reg, 0, {{OPC_PARADD, 0, 7, 5}, RET}},
        {reg, 0, {{OPC_ITER, 7, 0, 0}, RET}},
        {reg, 0, {{OPC_ITERNEXT, 6, 0, 0}, RET}},
        {reg, 0, {{OPC_ITERNEXT2, 5, 0, 0}, RET}},
        {reg, 0, {{OPC_FORI, 6, 0, 0}, RET}},
        {"no such constant", 0, {{OPC_RECORD, 0, 1, 6}, RET}},
        {"the names of fields are no tuple of strings", 0, {{OPC_RECORD, 0, 1, 0}, RET}},
        {"no such constant", 0, {{OPC_LOADK, 0, 6, 0}, RET}},
        {"no such constant", 0, {{OPC_LOADK, 0, 0, 1}, RET}},
        {"no such constant", 0, {{OPC_ADDK, 0, 0, 6}, RET}},
        {"no such constant", 0, {{OPC_SETFIELD, 0, 6, 0}, RET}},
        {"the constant is no value", 0, {{OPC_LOADK, 0, 4, 0}, RET}},
        {"the constant is no value", 0, {{OPC_LOADK, 0, 2, 0}, RET}},
        {"the constant is no cell", 0, {{OPC_SETCELL, 0, 4, 0}, RET}},
        {"the constant is no code", 0, {{OPC_CALLF, 0, 0, 0}, RET}},
        {"the constant is no code", 0, {{OPC_SPAWNB, 0, 0, 1}, RET}},
        {"the constant is no native", 0, {{OPC_CALLN, 0, 2, 4}, RET}},
        {"a direct call of code with captures", 0, {{OPC_TAILF, 0, 5, 0}, RET}},
        {"a block with parameters", 0, {{OPC_PARADD, 0, 0, 4}, RET}},
        {"wrong number of arguments of a native", 0, {{OPC_CALLN, 0, 1, 3}, RET}},
        {"the name of a field is no string", 0, {{OPC_GETFIELD, 0, 0, 1}, RET}},
        {"no immediate value", 0, {{OPC_LOADP, 0, 3, 0}, RET}},
        {"operand out of range", 0, {{OPC_IS, 0, 0, TYPE_COUNT}, RET}},
        {"operand out of range", 0, {{OPC_ERRORPART, 0, 0, 3}, RET}},
        {"a native step in a function of the language", 0, {{OPC_NATIVE, 0, 0, 0}, RET}},
        {"a native step in a function of the language", 0, {{OPC_HOSTCALL, 0, 0, 0}, RET}},
        {"a native step in a function of the language", 0, {{OPC_HOSTRET, 0, 0, 0}, RET}},
    };
    CHECK(examples);
}

Test(verify, control_stays_within_the_code)
{
    static const example examples[] = {
        {"control goes off the end", 0, {{OPC_MOVE, 0, 0, 0}}},
        {"control goes off the end", 1, {RET, {OPC_MOVE, 1, 0, 0}}},
        {"jump out of the code", 0, {{OPC_JMP, 0, 1, 0}, RET}},
        {"jump out of the code", 0, {{OPC_JMP, 0, 0xffff, 0x7fff}, RET}},
        {"jump out of the code", 1, {RET, {OPC_LOOP, 0, BACK(3)}}},
        {"jump out of the code", 0, {{OPC_JEQ, 0, 0, 0x7fff}, RET}},
        {"a jump goes backward", 1, {RET, {OPC_JMP, 0, BACK(1)}, RET}},
        {"a jump goes backward", 1, {RET, {OPC_JLTI, 0, 0, 0xffff}, RET}},
        {"a loop jumps forward", 0, {{OPC_LOOP, 0, 0, 0}, RET}},
        {"a test that is not followed by a jump", 0, {{OPC_TESTMAP, 0, 0, 0}, RET, RET}},
        {"a test that is not followed by a jump",
         0,
         {{OPC_TESTERROR, 0, 0, 0}, {OPC_JMP, 0, BACK(1)}}},
        {"an arm without an alt", 0, {{OPC_ARM, ALT_ARM_ELSE, 0, 0}, RET}},
        {"an alt that is not followed by its arms",
         2,
         {{OPC_ALT, 2, 0, 0}, {OPC_ARM, ALT_ARM_ELSE, 0, 1}, RET, RET}},
        {"an alt at the end of the code", 0, {{OPC_ALT, 1, 0, 0}, {OPC_ARM, ALT_ARM_ELSE, 0, 0}}},
        {"unknown flags of an alt", 0, {{OPC_ALT, 0, 4, 0}, RET}},
        {"unknown kind of arm", 1, {{OPC_ALT, 1, 0, 0}, {OPC_ARM, ALT_ARM_KINDS, 0, 0}, RET}},
        {"register out of range", 1, {{OPC_ALT, 1, 0, 0}, {OPC_ARM, ALT_ARM_SEND, 7, 0}, RET}},
        {"register out of range", 1, {{OPC_ALT, 1, 0, 0}, {OPC_ARM, ALT_ARM_DRAINED, 7, 0}, RET}},
        {"register out of range",
         1,
         {{OPC_ALT, 1, 0, 0}, {OPC_ARM, ALT_ARM_EACH_DRAINED, 5, 0}, RET}},
        {"jump to an arm",
         0,
         {{OPC_JMP, 0, 1, 0}, {OPC_ALT, 1, 0, 0}, {OPC_ARM, ALT_ARM_ELSE, 0, 0}, RET}},
        {"a defer in a function without a list of them", 0, {{OPC_DEFER, 0, 0, 0}, RET}},
        {"a defer in a function without a list of them", 0, {{OPC_RUNDEFERS, 0, 0, 0}, RET}},
    };
    CHECK(examples);
}

/* The same for a function with defers: D is register 2. */
static const char *verdict_on_defers(const insn *insns, uint32_t count, uint16_t reg, uint32_t pc)
{
    module *m = module_of(insns, count);
    m->codes[0]->defer_reg = reg;
    m->codes[0]->defer_pc = pc;
    const code *which;
    uint32_t at;
    const char *wrong = verify_wrong(m, &which, &at);
    return wrong ? wrong : "";
}

Test(verify, the_epilogue_of_defers)
{
    enum { COUNT = 5, AT = 3 };
    insn good[COUNT] = {{OPC_LOADP, 2, VALUE_NIL, 0},
                        {OPC_DEFER, 0, 0, 0},
                        {OPC_NOP, 0, 0, 0},
                        {OPC_RUNDEFERS, 0, 0, 0},
                        {OPC_RET, 3, 0, 0}};
    cr_expect_str_eq(verdict_on_defers(good, COUNT, 2, AT), "");
    cr_expect_str_eq(verdict_on_defers(good, COUNT, 5, AT), "register out of range");
    cr_expect_str_eq(verdict_on_defers(good, COUNT, 3, AT), "the list of defers is not made first");
    cr_expect_str_eq(verdict_on_defers(good, COUNT, 2, 1), "rundefers outside the epilogue");
    cr_expect_str_eq(verdict_on_defers(good, COUNT, 2, 99), "rundefers outside the epilogue");
    good[4].a = 2;
    cr_expect_str_eq(verdict_on_defers(good, COUNT, 2, AT),
                     "the epilogue does not return the outcome");
    good[2] = good[1];
    cr_expect_str_eq(verdict_on_defers(good, COUNT, 2, AT), "no nop stands before rundefers");
    good[3] = (insn){OPC_NOP, 0, 0, 0};
    cr_expect_str_eq(verdict_on_defers(good, COUNT, 2, AT),
                     "the epilogue does not begin with rundefers");
    cr_expect_str_eq(verdict_on_defers(good, COUNT, 2, 99),
                     "the epilogue does not begin with rundefers");
}

static const char *verdict_on_handlers(uint32_t count, const handler *handlers)
{
    static const insn insns[] = {{OPC_MOVE, 0, 0, 0}, {OPC_MOVE, 0, 0, 0},
                                 {OPC_ALT, 1, 0, 0},  {OPC_ARM, ALT_ARM_ELSE, 0, 0},
                                 {OPC_MOVE, 0, 0, 0}, RET};
    module *m = module_of(insns, 6);
    handler *own = calloc(count, sizeof *own);
    memcpy(own, handlers, count * sizeof *own);
    m->codes[0]->handlers = own;
    m->codes[0]->handler_count = count;
    const code *which;
    uint32_t at;
    const char *wrong = verify_wrong(m, &which, &at);
    return wrong ? wrong : "";
}

Test(verify, handlers)
{
    cr_expect_str_eq(
        verdict_on_handlers(3, (handler[]){{0, 1, 5, 0, 0}, {1, 2, 5, 0, 1}, {0, 6, 5, 7, 0}}), "");
    cr_expect_str_eq(verdict_on_handlers(2, (handler[]){{0, 2, 5, 0, 0}, {0, 2, 5, 0, 1}}), "");
    cr_expect_str_eq(verdict_on_handlers(1, (handler[]){{1, 1, 5, 0, 0}}),
                     "a handler of no instructions");
    cr_expect_str_eq(verdict_on_handlers(1, (handler[]){{1, 7, 5, 0, 0}}),
                     "a handler of no instructions");
    cr_expect_str_eq(verdict_on_handlers(1, (handler[]){{0, 1, 6, 0, 0}}),
                     "a handler without a target");
    cr_expect_str_eq(verdict_on_handlers(1, (handler[]){{0, 1, 3, 0, 0}}),
                     "a handler without a target");
    cr_expect_str_eq(verdict_on_handlers(1, (handler[]){{0, 1, 5, 8, 0}}), "register out of range");
    cr_expect_str_eq(verdict_on_handlers(1, (handler[]){{0, 1, 5, 0, 2}}),
                     "unknown kind of handler");
    cr_expect_str_eq(verdict_on_handlers(2, (handler[]){{0, 6, 5, 0, 0}, {0, 1, 5, 0, 0}}),
                     "handlers out of order");
    cr_expect_str_eq(verdict_on_handlers(2, (handler[]){{0, 3, 5, 0, 0}, {1, 4, 5, 0, 0}}),
                     "handlers that cross");
}

Test(verify, the_shape_of_functions)
{
    static const insn ret = RET;
    module *m = module_of(&ret, 1);
    const code *which;
    uint32_t at;
    code *c = m->codes[1];
    c->params = 4;
    cr_expect_str_eq(verify_wrong(m, &which, &at), "too few registers");
    cr_expect_eq(which, c);
    c->params = 2;
    c->required = 3;
    cr_expect_str_eq(verify_wrong(m, &which, &at), "parameters that contradict each other");
    c->required = 1;
    cr_expect_str_eq(verify_wrong(m, &which, &at), "parameters that contradict each other");
    c->plain = false;
    cr_expect_null(verify_wrong(m, &which, &at));
    c->self_capture = 0;
    cr_expect_str_eq(verify_wrong(m, &which, &at), "no such capture");
    c->self_capture = CODE_NO_REGISTER;
    m->codes[0]->captures = 1;
    cr_expect_str_eq(verify_wrong(m, &which, &at), "the body of a module has parameters");
}

Test(verify, any_bytes_at_all)
{
    uint64_t state = 88172645463325252U;
    for (int round = 0; round < 200000; round++) {
        insn insns[MOST];
        for (int i = 0; i < MOST; i++) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            insns[i] = (insn){(uint16_t)(state % (OPC_COUNT + 1)), (uint16_t)((state >> 16) % 10),
                              (uint16_t)((state >> 32) % 10),
                              (uint16_t)(round % 2 ? state >> 48 : (state >> 48) % 10)};
        }
        uint32_t at;
        (void)verdict_on(insns, MOST, &at);
        cr_assert_lt(at, MOST);
    }
}

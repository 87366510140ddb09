#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/code_fixture.h"
#include "tests/support/vm_fixture.h"
#include "vm/code/code.h"
#include "vm/code/code_table.h"
#include "vm/code/native.h"
#include "vm/core/string.h"
#include "vm/core/type.h"
#include "vm/report/disasm.h"

static csp_vm *vm;

static void open_vm(void) { vm = fixture_vm(); }

static void close_vm(void) { fixture_close(vm); }

TestSuite(disasm, .init = open_vm, .fini = close_vm);

static char *listing(const module *m)
{
    char *listed = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&listed, &size);
    cr_assert(out);
    code_disassemble_module(vm, m, out);
    fclose(out);
    return listed;
}

#define COUNT(array) (uint32_t)(sizeof(array) / sizeof *(array))

Test(disasm, every_opcode_has_an_entry)
{
    for (int op = 0; op < OPC_COUNT; op++) {
        cr_assert(vm_opcodes[op].name && vm_opcodes[op].meaning, "opcode %d", op);
        for (int other = 0; other < op; other++)
            cr_assert_str_neq(vm_opcodes[op].name, vm_opcodes[other].name);
    }
}

Test(disasm, a_module)
{
    static const insn body[] = {
        {OPC_LOADI, 0, (uint16_t)-7, 0xffff},
        {OPC_LOADK, 1, 0, 0},
        {OPC_LOADP, 2, VALUE_TRUE, 0},
        {OPC_ADDI, 0, 0, (uint16_t)-1},
        {OPC_JLTI, 0, 10, 1},
        {OPC_LOOP, 0, (uint16_t)-3, 0xffff},
        {OPC_GETFIELD, 1, 1, 0},
        {OPC_SETFIELD, 1, 0, 2},
        {OPC_IS, 0, 1, TYPE_LIST},
        {OPC_CALLF, 0, 1, 0},
        {OPC_CALLN, 0, 1, 2},
        {OPC_ALT, 2, 3, 0},
        {OPC_ARM, ALT_ARM_SEND, 1, 1},
        {OPC_ARM, ALT_ARM_ELSE, 0, 0},
        {OPC_RET, 0, 0, 0},
    };
    static const insn add[] = {{OPC_NOP, 0, 0, 0}, {OPC_ADD, 0, 0, 1}, {OPC_RET, 0, 0, 0}};
    static const native_entry entry = {"push", "push(xs, x)", "", NULL, 2, 2, 0};
    module *m = code_fixture_module(vm, "# first\nadd(1)\nfn add(a, b = 2, ..rest) => a + b\n");
    code *c = code_fixture_add(vm, m, "main", 8, body, COUNT(body), "add(1)");
    code *callee = code_fixture_add(vm, m, "add", 4, add, COUNT(add), "a + b");
    native *push = heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *push);
    push->header = OBJ_NATIVE | OBJ_IMMUTABLE;
    push->entry = &entry;
    code_fixture_constants(
        m, c, (value[]){str_intern(vm, "a\"b", 3), value_object(callee), value_object(push)}, 3);
    value names[3] = {str_intern(vm, "a", 1), VALUE_NIL, str_intern(vm, "rest", 4)};
    callee->param_names = names;
    callee->params = 2;
    callee->required = 1;
    callee->has_rest = true;
    callee->defer_reg = 1;
    callee->defer_pc = 2;
    handler *h = malloc(sizeof *h);
    cr_assert(h);
    *h = (handler){3, 9, 11, 4, HANDLER_CATCH};
    c->handlers = h;
    c->handler_count = 1;
    cr_assert(code_add_module(vm, m));
    char *listed = listing(m);
    cr_expect_str_eq(listed, "# test.csp\n"
                             "\n"
                             "fn main()    # 8 registers, 0 captures\n"
                             "   0  2  loadi      r0, -7\n"
                             "   1     loadk      r1, \"a\\\"b\"\n"
                             "   2     loadp      r2, true\n"
                             "   3     addi       r0, r0, -1\n"
                             "   4     jlti       r0, 10 -> 6\n"
                             "   5     loop       -> 3\n"
                             "   6     getfield   r1, r1, \"a\\\"b\"\n"
                             "   7     setfield   r1, \"a\\\"b\", r2\n"
                             "   8     is         r0, r1, list\n"
                             "   9     callf      r0, fn add\n"
                             "  10     calln      r0, 1, native push\n"
                             "  11     alt        2 arms, pri, repeated -> r0\n"
                             "  12     arm        send r1 -> 14\n"
                             "  13     arm        else -> 14\n"
                             "  14     ret        r0\n"
                             "  catch 3 .. 9 -> 11, r4\n"
                             "\n"
                             "fn add(a, _ = …, ..rest)    # 4 registers, 0 captures\n"
                             "  0  3  nop\n"
                             "  1     add        r0, r0, r1\n"
                             "  2     ret        r0\n"
                             "  defers r1 -> 2\n");
    free(listed);
}

Test(disasm, positions_lead_back_to_code)
{
    static const insn insns[] = {{OPC_NOP, 0, 0, 0}, {OPC_RET, 0, 0, 0}};
    module *modules[20];
    for (int i = 0; i < 20; i++) {
        modules[i] = code_fixture_module(vm, "one\n  größer x\n");
        for (int k = 0; k < 3; k++)
            code_fixture_add(vm, modules[i], "f", 1, insns, 2,
                             k == 0   ? "one"
                             : k == 1 ? "größer"
                                      : "x");
        cr_assert(code_add_module(vm, modules[i]));
    }
    for (int i = 0; i < 20; i++) {
        for (int k = 0; k < 3; k++) {
            const code *c = modules[i]->codes[k];
            uint32_t pc, line, column;
            cr_assert_gt(c->base, 0);
            for (uint32_t at = 0; at < 2; at++)
                cr_assert(code_at(vm, c->base + at, &pc) == c && pc == at);
            code_place(c, 1, &line, &column);
            cr_assert_eq(line, k == 0 ? 1 : 2);
            cr_assert_eq(column, k == 0 ? 1 : k == 1 ? 3 : 10);
        }
    }
    uint32_t pc;
    cr_assert_null(code_at(vm, 0, &pc));
    cr_assert_null(code_at(vm, vm->next_position, &pc));
}

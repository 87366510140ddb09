#include "tests/support/code_fixture.h"

#include <criterion/criterion.h>
#include <string.h>

#include "vm/core/string.h"
#include "vm/core/vm.h"

/* Pinned: nobody but the test holds it. */
static void *copy(const void *from, size_t size)
{
    void *to = heap_pinned(size);
    cr_assert(to);
    return memcpy(to, from, size);
}

module *code_fixture_module(csp_vm *vm, const char *source)
{
    module *m = heap_pinned(sizeof *m);
    cr_assert(m);
    m->name = str_intern(vm, "test.csp", 8);
    m->length = (uint32_t)strlen(source);
    m->text = copy(source, m->length + 1);
    m->first_line = 1;
    return m;
}

code *code_fixture_add(csp_vm *vm, module *m, const char *name, uint16_t registers,
                       const insn *insns, uint32_t count, const char *piece)
{
    const char *at = strstr(m->text, piece);
    cr_assert(at, "%s", piece);
    src_place *places = heap_pinned(count * sizeof *places);
    code *c = heap_pinned(sizeof *c);
    code **codes = heap_pinned((m->code_count + 1) * sizeof(code *));
    cr_assert(c && places && codes);
    if (m->code_count > 0)
        memcpy(codes, m->codes, m->code_count * sizeof *codes);
    m->codes = codes;
    for (uint32_t i = 0; i < count; i++)
        places[i] = (src_place){(uint32_t)(at - m->text),
                                (uint32_t)(at - m->text + (ptrdiff_t)strlen(piece))};
    c->insns = copy(insns, count * sizeof *insns);
    c->count = count;
    c->places = places;
    c->registers = registers;
    c->plain = true;
    c->self_capture = c->defer_reg = CODE_NO_REGISTER;
    c->name = str_intern(vm, name, strlen(name));
    c->module = m;
    m->codes[m->code_count++] = c;
    return c;
}

void code_fixture_constants(module *m, code *c, const value *constants, uint32_t count)
{
    m->constants = heap_pinned(count * sizeof *constants);
    cr_assert(m->constants);
    memcpy(m->constants, constants, count * sizeof *constants);
    m->constant_count = count;
    c->constants = m->constants;
    c->constant_count = count;
}

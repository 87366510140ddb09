/* The table of processes: places, chunks that come and go. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "tests/support/vm_fixture.h"
#include "vm/process/table.h"

static csp_vm *vm;

static void open_vm(void) { vm = fixture_vm(); }
static void close_vm(void) { fixture_close(vm); }

TestSuite(table, .init = open_vm, .fini = close_vm);

enum { MANY = 3 * PROCESS_CHUNK + 5 };

static void check_places(uint32_t count)
{
    cr_assert_eq(vm->table_count, count);
    cr_assert_geq(vm->table_capacity, count);
    for (uint32_t i = 0; i < count; i++)
        cr_assert_eq(process_at(vm, i)->index, i);
}

Test(table, grows_and_shrinks_by_chunks)
{
    process *all = calloc(MANY, sizeof *all);
    uint32_t before = vm->table_count;
    for (uint32_t i = 0; i < MANY; i++) {
        cr_assert(table_reserve(vm));
        table_add(vm, &all[i]);
    }
    check_places(before + MANY);
    cr_expect_eq(vm->table_capacity, 4 * PROCESS_CHUNK, "no more than a chunk ahead");
    for (uint32_t i = 0; i < MANY; i += 2)
        table_remove(vm, &all[i]);
    check_places(before + MANY / 2);
    for (uint32_t i = 0; i < MANY; i++)
        cr_assert(i % 2 == 0 || process_at(vm, all[i].index) == &all[i]);
    for (uint32_t i = 1; i < MANY; i += 2)
        table_remove(vm, &all[i]);
    check_places(before);
    cr_expect_leq(vm->table_capacity, 2 * PROCESS_CHUNK, "chunks are given back, but for one");
    free(all);
}

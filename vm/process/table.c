#include "vm/process/table.h"

enum { CHUNK_FIRST = 64, CHUNKS_FIRST = 8 };

/* The number of chunks that so many places need. */
static uint32_t chunks_of(uint32_t places)
{
    return places / PROCESS_CHUNK + (places % PROCESS_CHUNK != 0);
}

/* A small table has one small chunk, which doubles. */
static bool grow_first(csp_vm *vm)
{
    process **old = vm->table ? vm->table[0] : NULL,
            **chunk = heap_grow_pinned_plain(old, &vm->table_capacity, CHUNK_FIRST, sizeof *chunk);
    if (!chunk)
        return false;
    vm->table[0] = chunk;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    heap_unpin(old);
    return true;
}

/* Makes room for one more in the list of chunks, which is scanned by nobody. */
static bool reserve_chunk(csp_vm *vm)
{
    if (vm->table && chunks_of(vm->table_capacity) < vm->table_chunks)
        return true;
    process ***old = vm->table, ***chunks = heap_grow_pinned_plain(old, &vm->table_chunks,
                                                                   CHUNKS_FIRST, sizeof *chunks);
    if (!chunks)
        return false;
    vm->table = chunks;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    heap_unpin(old);
    return true;
}

static bool add_chunk(csp_vm *vm)
{
    if (vm->table_capacity > UINT32_MAX - PROCESS_CHUNK)
        return false;
    process **chunk = heap_pinned_plain(PROCESS_CHUNK * sizeof *chunk);
    if (!chunk)
        return false;
    vm->table[vm->table_capacity / PROCESS_CHUNK] = chunk;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    vm->table_capacity += PROCESS_CHUNK;
    return true;
}

bool table_grow(csp_vm *vm)
{
    if (reserve_chunk(vm) && (vm->table_capacity < PROCESS_CHUNK ? grow_first(vm) : add_chunk(vm)))
        return true;
    vm_raise_memory(vm);
    return false;
}

void table_shrink(csp_vm *vm)
{
    while (vm->table_capacity > PROCESS_CHUNK &&
           vm->table_capacity - vm->table_count >= 2 * PROCESS_CHUNK) {
        process **chunk = vm->table[vm->table_capacity / PROCESS_CHUNK - 1];
        vm->table_capacity -= PROCESS_CHUNK;
        heap_unpin(chunk);
    }
}

void table_push(const csp_vm *vm)
{
    for (uint32_t i = 0; i < vm->table_count; i += PROCESS_CHUNK) {
        uint32_t left = vm->table_count - i;
        process **chunk = vm->table[i / PROCESS_CHUNK];
        heap_push_range(chunk, chunk + (left < PROCESS_CHUNK ? left : PROCESS_CHUNK));
    }
}

void table_free(csp_vm *vm)
{
    for (uint32_t i = 0; i < chunks_of(vm->table_capacity); i++)
        heap_unpin(vm->table[i]);
    heap_unpin(vm->table);
}

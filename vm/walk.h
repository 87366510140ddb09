/* Walks over whole values: equality, order, text, copies, freezing, handing over. All without recursion and in
 * slices: what cannot be answered at once is done by a resumable native (walk_natives) that keeps its state in an
 * OBJ_WALK, so that any other process runs in between and any depth, sharing and cycle is fine. */
#ifndef CSP_VM_WALK_H
#define CSP_VM_WALK_H

#include "vm/vm.h"

/* Answers at once where that is easy (numbers, strings, identical, different types, short flat containers): 1 yes, 0
 * no, -1: a walk must tell. */
int walk_equal_quick(csp_vm *vm, value a, value b);
/* Equal keys: in one go, without recursion (keys cannot change, but may be deep). */
bool walk_equal_keys(csp_vm *vm, value a, value b);
/* of a valid key; equal keys have equal hashes; looks at a bounded number of elements */
uint64_t walk_hash(csp_vm *vm, value key);
/* Order: numbers with numbers, strings with strings at once; *out -1, 0, 1, 2 (unordered: NaN). VERDICT_CALL: tuples
 * or lists, a walk must tell. FAIL: type_error. */
verdict walk_compare_quick(csp_vm *vm, process *p, value a, value b, int *out);

/* v as a message, at once: itself where it is immutable, a flat copy (owner OWNER_TRANSIT) of a short list or map
 * whose elements are all immutable. VALUE_ABSENT: a walk must copy it. Must be usable by p (checked before). */
value walk_copy_quick(csp_vm *vm, process *p, value v);
/* Gives a message in transit to p, at once if it is immutable or flat: true. False: a walk must do it. */
bool walk_adopt_quick(process *p, value v);

/* The walks, as natives that run as frames (each takes what its comment says, and gives its result as natives do):
 *   EQUAL(a, b) -> bool        COMPARE(a, b) -> -1, 0, 1, nil for unordered; type_error
 *   CONTAINS(x, xs) -> bool, x in xs, for any xs
 *   STR(x), REPR(x) -> string  JOIN(tuple of values) -> string, each as by STR    (one-line text; cycles as [...]
 *   {...} (...) as the kind has it)
 *   COPY(x) -> deep copy that belongs to the process (the function `copy`)
 *   MESSAGE(x) -> deep copy that belongs to OWNER_TRANSIT; structure, sharing and cycles kept; immutable parts
 *   shared. Crash `moved` where
 *               something reachable belongs to somebody else
 *   MOVE(x) -> x itself, everything mutable reachable from it now owned by OWNER_TRANSIT (undone where it crashes)
 *   UNMOVE(x) -> x, back from OWNER_TRANSIT to the process
 *   ADOPT(x) -> x itself, everything reachable that belongs to OWNER_TRANSIT now owned by the process
 *   FREEZE(x) -> deeply immutable copy, immutable parts shared      FREEZE_MOVE(x) -> x frozen in place
 *   ADD(a, b) -> a + b of what is long (long.h)        PART(x, key) -> x[key], key an index or a range
 *   EXTEND(list, iterable) -> the list, with the iterable's elements behind its own
 *   MAP_GET(m, key, default) MAP_HAS(m, key) MAP_REMOVE(m, key) MAP_PUT(m, key, value) -> as the functions of Map;
 *               m[key] = value -> m
 * A killed process drops a walk; MOVE leaves nothing half done: the owners are given back by walk_abandon (the
 * unwinder calls it with the frame's state when it unwinds such a frame). */
typedef enum walk_kind {
    WALK_EQUAL,
    WALK_COMPARE,
    WALK_CONTAINS,
    WALK_STR,
    WALK_REPR,
    WALK_JOIN,
    WALK_COPY,
    WALK_MESSAGE,
    WALK_MOVE,
    WALK_UNMOVE,
    WALK_ADOPT,
    WALK_FREEZE,
    WALK_FREEZE_MOVE,
    WALK_ADD,
    WALK_PART,
    WALK_EXTEND,
    WALK_MAP_GET,
    WALK_MAP_HAS,
    WALK_MAP_REMOVE,
    WALK_MAP_PUT,
    WALK_KINDS
} walk_kind;
extern const native_entry walk_natives[WALK_KINDS];
void walk_abandon(csp_vm *vm, process *p, walk_kind kind, value *args);
/* MOVE in one go, for a process that is killed; where it cannot be done, v stays what it is. */
void walk_move_now(csp_vm *vm, process *p, value v);

/* A copy for p of what belongs to another process, in one go. FAIL: something in it belongs to a third, or there is no
 * memory. */
verdict walk_copy_for(csp_vm *vm, const process *p, value v, value *out);

/* repr of v in one go, for reports and tools (not for programs): at most `limit` bytes, then `…`. */
struct text;
bool walk_show(csp_vm *vm, struct text *t, value v, size_t limit);

#endif

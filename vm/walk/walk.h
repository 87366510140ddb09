/* Walks over whole values: equality, order, text, copies, freezing, handing over. They work in
 * slices and without recursion. What cannot be answered at once is done by a resumable native
 * (walk_natives) that keeps its state in an OBJ_WALK, so other processes run in between, and depth,
 * sharing and cycles do no harm. */
#ifndef CSP_VM_WALK_WALK_H
#define CSP_VM_WALK_WALK_H

#include "vm/code/native.h"

/* The walks, as natives that run as frames. Each takes the arguments shown, and returns its result
 * as natives do:
 *   EQUAL(a, b)       -> bool
 *   COMPARE(a, b)     -> -1, 0, 1, nil for unordered; type_error
 *   CONTAINS(x, xs)   -> bool: x in xs, for any xs
 *   STR(x), REPR(x)   -> string: one-line text; cycles as [...] {...} (...) by their kind
 *   JOIN(tuple)       -> string: all of the values, each as by STR
 *   COPY(x)           -> deep copy that belongs to the process (the function `copy`)
 *   MESSAGE(x)        -> deep copy that belongs to OWNER_TRANSIT; structure, sharing and cycles are
 *                        kept, immutable parts are shared. Crash `moved` if anything reachable
 *                        belongs to somebody else
 *   MOVE(x)           -> x itself, with everything mutable reachable from it now owned by
 *                        OWNER_TRANSIT (undone if it crashes)
 *   UNMOVE(x)         -> x, back from OWNER_TRANSIT to the process
 *   ADOPT(x)          -> x itself, with everything reachable that belonged to OWNER_TRANSIT now
 *                        owned by the process
 *   FREEZE(x)         -> deeply immutable copy, immutable parts are shared
 *   FREEZE_MOVE(x)    -> x frozen in place
 *   PACK(x)           -> a parcel with the message that x is outside of any VM (walk_pack.h)
 *   UNPACK(parcel)    -> what the message says, the process' own
 *   ADD(a, b)         -> a + b, if long (long.h)
 *   PART(x, key)      -> x[key], where key is an index or a range
 *   EXTEND(list, xs)  -> the list, with the elements of any iterable xs appended
 *   MAP_GET(m, key, default), MAP_HAS(m, key), MAP_REMOVE(m, key) -> as the functions of Map
 *   MAP_PUT(m, key, value) -> m, after m[key] = value
 *
 * A killed process drops its walk. MOVE leaves nothing half done: walk_abandon gives the owners
 * back (it is the `abandon` of these entries). */
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
    WALK_PACK,
    WALK_UNPACK,
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

/* In a resumable native: native_call of a walk. CALL or FAIL. */
verdict walk_call(csp_vm *vm, process *p, walk_kind walk, uint32_t argc, const value *argv);
/* The same at once, as a part of a step: one step of the walk on slots that hold its arguments and,
 * behind them, its own slots (ABSENT at the start). DONE with *result, YIELD or FAIL. */
static inline verdict walk_step(csp_vm *vm, process *p, walk_kind walk, value *slots, value *result)
{
    return walk_natives[walk].fn(vm, p, slots, result);
}

#endif

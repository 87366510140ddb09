/* The table of walks: natives that run as frames. */
#include "vm/walk/walk.h"

#include "vm/data/iterate.h"
#include "vm/data/long.h"
#include "vm/data/map_walk.h"
#include "vm/walk/walk_adopt.h"
#include "vm/walk/walk_compare.h"
#include "vm/walk/walk_contains.h"
#include "vm/walk/walk_copy.h"
#include "vm/walk/walk_equal.h"
#include "vm/walk/walk_own.h"
#include "vm/walk/walk_pack.h"
#include "vm/walk/walk_show.h"
#include "vm/walk/walk_unpack.h"

/* A move that is not finished gives back the owners. */
static void abandon(csp_vm *vm, process *p, const native_entry *entry, value *args)
{
    walk_abandon(vm, p, (walk_kind)(entry - walk_natives), args);
}

const native_entry walk_natives[WALK_KINDS] = {
    [WALK_EQUAL] = {"equal", "equal(a, b)", "a == b", walk_run_equal, 2, 2, 1},
    [WALK_COMPARE] = {"compare", "compare(a, b)",
                      "-1, 0 or 1; nil where a NaN leaves them unordered", walk_run_compare, 2, 2,
                      1},
    [WALK_CONTAINS] = {"contains", "contains(x, xs)", "x in xs", walk_run_contains, 2, 2, 2},
    [WALK_STR] = {"str", "str(x)", "x as `print` shows it", walk_run_str, 1, 1, 2},
    [WALK_REPR] = {"repr", "repr(x)", "x as a container shows it", walk_run_repr, 1, 1, 2},
    [WALK_JOIN] = {"join", "join(parts)", "the parts as text, joined", walk_run_join, 1, 1, 1},
    [WALK_COPY] = {"copy", "copy(x)", "a deep copy of x", walk_run_outcome, 1, 1, 1},
    [WALK_MESSAGE] = {"message", "message(x)", "x as a message in transit", walk_run_message, 1, 1,
                      1},
    [WALK_MOVE] = {"move", "move(x)", "x itself, in transit", walk_run_move, 1, 1, 1,
                   .abandon = abandon},
    [WALK_UNMOVE] = {"unmove", "unmove(x)", "x, back from transit", walk_run_unmove, 1, 1, 1,
                     .abandon = abandon},
    [WALK_ADOPT] = {"adopt", "adopt(x)", "x, from transit to this process", walk_run_adopt, 1, 1,
                    1},
    [WALK_FREEZE] = {"freeze", "freeze(x)", "a deeply immutable copy of x", walk_run_freeze, 1, 1,
                     1},
    [WALK_FREEZE_MOVE] = {"freeze_move", "freeze(move x)", "x, frozen in place",
                          walk_run_freeze_move, 1, 1, 1, .abandon = abandon},
    [WALK_PACK] = {"pack", "pack(x)", "x as a message outside of any VM", walk_run_pack, 1, 1, 1},
    [WALK_UNPACK] = {"unpack", "unpack(message)", "what the message says", walk_run_unpack, 1, 1,
                     1},
    [WALK_ADD] = {"add", "add(a, b)", "a + b", long_run_add, 2, 2, 2},
    [WALK_PART] = {"part", "part(x, key)", "x[key]", long_run_part, 2, 2, 4},
    [WALK_EXTEND] = {"extend", "extend(xs, ys)", "xs with the elements of ys behind its own",
                     data_run_extend, 2, 2, EXTEND_SLOTS},
    [WALK_MAP_GET] = {"get", "get(m, k, default = nil)", "m[k]", map_run_get, 2, 3, 1},
    [WALK_MAP_HAS] = {"has", "has(m, k)", "k in m", map_run_has, 2, 2, 1},
    [WALK_MAP_REMOVE] = {"remove", "remove(m, k)", "takes k out of m", map_run_remove, 2, 2, 1},
    [WALK_MAP_PUT] = {"put", "put(m, k, v)", "m[k] = v", map_run_put, 3, 3, 1},
};

verdict walk_call(csp_vm *vm, process *p, walk_kind walk, uint32_t argc, const value *argv)
{
    value fn = native_value(vm, &walk_natives[walk]);
    return fn != VALUE_ABSENT ? native_call(vm, p, fn, argc, argv) : vm_raise_memory(vm);
}

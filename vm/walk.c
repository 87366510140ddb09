/* The table of walks: natives that run as frames. */
#include "vm/walk_state.h"

const native_entry walk_natives[WALK_KINDS] = {
    [WALK_EQUAL] = {"equal", "equal(a, b)", "a == b", walk_run_equal, 2, 2, 1},
    [WALK_COMPARE] = {"compare", "compare(a, b)", "-1, 0 or 1; nil where a NaN leaves them unordered", walk_run_compare,
                      2, 2, 1},
    [WALK_CONTAINS] = {"contains", "contains(x, xs)", "x in xs", walk_run_contains, 2, 2, 2},
    [WALK_STR] = {"str", "str(x)", "x as `print` shows it", walk_run_str, 1, 1, 2},
    [WALK_REPR] = {"repr", "repr(x)", "x as a container shows it", walk_run_repr, 1, 1, 2},
    [WALK_JOIN] = {"join", "join(parts)", "the parts as text, joined", walk_run_join, 1, 1, 1},
    [WALK_COPY] = {"copy", "copy(x)", "a deep copy of x", walk_run_outcome, 1, 1, 1},
    [WALK_MESSAGE] = {"message", "message(x)", "x as a message in transit", walk_run_message, 1, 1, 1},
    [WALK_MOVE] = {"move", "move(x)", "x itself, in transit", walk_run_move, 1, 1, 1},
    [WALK_UNMOVE] = {"unmove", "unmove(x)", "x, back from transit", walk_run_unmove, 1, 1, 1},
    [WALK_ADOPT] = {"adopt", "adopt(x)", "x, from transit to this process", walk_run_adopt, 1, 1, 1},
    [WALK_FREEZE] = {"freeze", "freeze(x)", "a deeply immutable copy of x", walk_run_freeze, 1, 1, 1},
    [WALK_FREEZE_MOVE] = {"freeze_move", "freeze(move x)", "x, frozen in place", walk_run_freeze_move, 1, 1, 1},
};

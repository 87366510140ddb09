/* What the files of the compiler share.
 *
 *   compile.c   a module: codes, exports            kinds.c     who compiles which kind of node
 *   body.c      a module's body                     function.c  functions and closures
 *
 *   one file for each kind of construct, which kinds.c names:
 *   call.c, chain.c, access.c, operator.c, assert.c, literal.c, statement.c, places.c, loop.c,
 *   choice.c, process.c, defer.c, import.c; pattern.c, matching.c with steps.c and facts.c (see
 *   matching.h)
 *
 *   and below them:
 *   node.c      a node, by the table                name.c      what names stand for
 *   dest.c      where values go                     codes.c     the module's codes
 *   constant.c  its table of constants              emit.c      instructions, jumps, registers
 *
 * A construct compiles the nodes in it by compile_node and its kin, which find the construct that
 * they are in the table. So only kinds.c knows all the other files.
 *
 * Code generation is driven by where a value is wanted (dest). Registers form a stack: locals and
 * temporaries of an inner construct lie above those of the outer one, and `top` goes back when it
 * is left. Running out of memory or registers sets a flag. Compilation then goes on without effect,
 * and compile_unit gives up at the end. */
#ifndef CSP_COMPILER_INTERNAL_H
#define CSP_COMPILER_INTERNAL_H

#include "parser/resolve.h"
#include "vm/core/bytecode.h"

/* A code under construction, and where the names of its parameters begin in the table of constants,
 * which may still move. */
typedef struct made_code {
    code *code;
    uint32_t names;
    uint32_t closure; /* number + 1 of its closure, if it is a constant */
} made_code;

typedef struct compiler {
    csp_vm *vm;
    const struct node_compiler *kinds; /* compile_kinds */
    const ast_module *ast;
    const resolve_world *world;
    diag_list *diags;
    bool session;
    bool failed;      /* no memory, or stopped */
    value *constants; /* pinned */
    uint32_t constant_count, constant_capacity;
    uint32_t *constant_index; /* open addressing: number + 1 */
    uint32_t index_mask;
    made_code *codes; /* pinned */
    uint32_t code_count, code_capacity;
    /* the number of the code that calls a function value with a list of arguments; 0: not
     * made yet */
    uint32_t apply;
} compiler;

/* Jumps whose target is not known yet, chained through builder->links: the newest one's pc + 1, 0:
 * none. far: the target may be further away than a comparison can jump. */
typedef struct jumps {
    uint32_t last;
    bool far;
} jumps;

/* For jumps over that piece of the text: so much text hardly ever compiles to as many instructions
 * as a comparison can jump over. */
static inline jumps jumps_over(src_span at)
{
    enum { NEAR = 4000 };
    return (jumps){.far = at.end - at.start > NEAR};
}

/* Where the left operand of the current link of a chain is; in_place: a call may use it
 * there (chain.c). */
typedef struct chain_link {
    const ast_node *left;
    unsigned reg;
    bool in_place;
} chain_link;

typedef struct loop_frame {
    struct loop_frame *outer;
    jumps exits, turns;
} loop_frame;

/* Code that hardly ever runs and stands after the rest: MATCHFAIL reg, or a par's clean-up. */
typedef struct cold_code {
    jumps from;
    uint32_t handler;
    bool cancels;
    uint16_t reg, error_reg;
    src_span span;
} cold_code;

typedef struct deferred_block {
    jumps from;
    ast_node *block;
} deferred_block;

typedef struct builder {
    compiler *c;
    const ast_function_info *info;
    code *code;
    uint32_t number; /* in c->codes */
    insn *insns;
    src_place *places;
    uint32_t *links;
    uint32_t count, insn_room, place_room, link_room;
    uint32_t fixed; /* the newest pc that is a target or an end */
    handler *handlers;
    uint32_t handler_count, handler_capacity;
    cold_code *cold;
    uint32_t cold_count, cold_capacity;
    deferred_block *blocks;
    uint32_t block_count, block_capacity;
    unsigned top, max; /* next free register; most ever used */
    unsigned floor;    /* registers that a deferred block sees stay in use */
    /* where a deferred block stands in a loop: registers that are only for names */
    unsigned next_name, names_end;
    uint32_t handlers_open; /* a frame with an open handler must not be replaced by a tail call */
    bool tail_calls;
    bool reachable; /* otherwise what is emitted is dropped */
    bool too_large;
    loop_frame *loop;
    chain_link link;
    jumps epilogue;
} builder;

typedef enum dest_kind { DEST_REG, DEST_DISCARD, DEST_RETURN } dest_kind;
/* Where a value is wanted. `scratch`: nothing else reads the register before the value
 * is complete. */
typedef struct dest {
    dest_kind kind;
    bool scratch;
    unsigned reg;
} dest;
#define TO_DISCARD ((dest){DEST_DISCARD, false, 0})
#define TO_RETURN  ((dest){DEST_RETURN, false, 0})

/* How a kind of node is compiled: one of the first three. */
typedef struct node_compiler {
    void (*value)(builder *b, ast_node *ast, dest d); /* its value goes to d */
    void (*statement)(builder *b, ast_node *ast);     /* its value is nil */
    void (*leave)(builder *b, ast_node *ast);         /* has none: nothing after it is reached */
    /* of an index, slice, field or call: without the chain before it, which has been compiled */
    void (*link)(builder *b, ast_node *ast, dest d);
} node_compiler;

#define NO_PC       UINT32_MAX
#define NO_CONSTANT UINT32_MAX
enum { NO_HINT = CODE_NO_REGISTER };

static inline dest dest_fresh(unsigned reg) { return (dest){DEST_REG, true, reg}; }
static inline dest dest_variable(unsigned reg) { return (dest){DEST_REG, false, reg}; }
/* Whether the register in which the value for d is made may have something else before. */
static inline bool dest_is_scratch(dest d) { return d.kind != DEST_REG || d.scratch; }
/* For compile_operand: that register, `out`, where it may. */
static inline unsigned dest_hint(dest d, unsigned out)
{
    return dest_is_scratch(d) ? out : NO_HINT;
}

/* --- constant.c: numbers of constants; equal ones share a number. NO_CONSTANT: no
 * memory (c->failed) */
/* v: VALUE_ABSENT stands for a failed allocation */
uint32_t compile_constant(compiler *c, value v);
uint32_t compile_string(compiler *c, const char *utf8, size_t length);
uint32_t compile_code_constant(compiler *c, const code *target);
/* Appends without looking for an equal one. */
uint32_t compile_constant_append(compiler *c, value v);
/* The value of a literal node, including a negated number; false: it is not one. */
bool compile_literal(compiler *c, const ast_node *ast, value *out);
bool compile_small_literal(const ast_node *ast, int64_t low, int64_t high, int64_t *out);

/* --- emit.c */
uint32_t compile_emit(builder *b, insn i, src_span at); /* its pc; NO_PC: dropped */
void compile_jump_to(builder *b, insn i, jumps *into, src_span at);
void compile_jump(builder *b, jumps *into, src_span at); /* JMP */
void compile_land(builder *b, jumps *into);              /* the jumps in the list arrive here */
/* the next pc, fixed: references to it stay valid */
uint32_t compile_here(builder *b);
void compile_jump_back(builder *b, insn i, uint32_t target, src_span at);
void compile_too_large(builder *b, src_span at);
unsigned compile_registers(builder *b, uint32_t n, src_span at); /* the first of n new registers */
/* The same for a result that is made in the first of them: the destination itself if nothing lies
 * above it. */
unsigned compile_result_registers(builder *b, dest d, uint32_t n, src_span at);
void compile_release(builder *b, unsigned mark); /* top = mark */
void compile_wide(builder *b, opcode op, unsigned a, uint32_t wide, src_span at);
void compile_load(builder *b, unsigned reg, value immediate, src_span at); /* LOADP */
void compile_move(builder *b, unsigned to, unsigned from, src_span at);
/* The test `i`, followed by a jump to `fail`, which is skipped if the test holds. */
void compile_check(builder *b, insn i, jumps *fail, src_span at);
/* A 16-bit constant operand; reports one that is too large. */
unsigned compile_short_constant(builder *b, uint32_t k, src_span at);
void compile_add_handler(builder *b, handler h);
void compile_add_cold(builder *b, cold_code cold);
void compile_flush_cold(builder *b, uint32_t from, src_span at);
/* array_room32 for one item more than `count`. NULL: no memory, and the compilation has failed. */
void *compile_room(builder *b, void *items, uint32_t *capacity, uint32_t count, size_t size);

/* --- codes.c */
uint32_t compile_new_code(
    compiler *c); /* its number; 0 is the body, made first, and afterwards means "no memory" */
/* The constant that is the closure of a function without captures: one object for all uses. */
uint32_t compile_closure_constant(compiler *c, uint32_t number);
/* The name, where the collector sees it. */
value compile_code_name(compiler *c, const char *name, size_t length);
/* A builder of that code; compile_finish gives the code what was built, and frees the builder's
 * arrays. */
builder compile_begin(compiler *c, uint32_t number, const ast_function_info *info);
void compile_finish(builder *b, src_span at);
/* The code of apply, made when it is first needed. NULL: no memory. */
code *compile_apply(compiler *c);

/* --- dest.c */
/* the register to compute d's value in */
unsigned compile_target(builder *b, dest d, src_span at);
/* the value has been computed in reg */
void compile_deliver(builder *b, dest d, unsigned reg, src_span at);
void compile_nil(builder *b, dest d, src_span at);
void compile_value(builder *b, value v, dest d, src_span at);
/* What the instruction loads by the number of a constant. */
void compile_load_constant(builder *b, opcode op, dest d, uint32_t k, src_span at);
/* The value that an input returns is among those that the session shows. */
void compile_return(builder *b, unsigned reg, src_span at);
/* Passes the value in reg to world->shown. Returns a register that then holds nil. */
unsigned compile_show(builder *b, unsigned reg, src_span at);
/* At the end of a program or a module's body with the error in reg, if it is one: it is reported
 * with its place. */
void compile_end_trace(builder *b, unsigned reg, src_span at);

/* --- name.c */
void compile_binding(builder *b, ast_binding *binding, dest d, src_span at);
/* Whether the node is a name whose value can be used where it lies. */
bool compile_in_place(const ast_node *ast, unsigned *reg);
/* A register for a name: a new one, or one that nothing else uses in this function. */
unsigned compile_name_register(builder *b, src_span at);
/* The name stands for the value in reg, which nobody else writes while it lives. */
void compile_name(builder *b, ast_binding *binding, unsigned reg, src_span at);
/* Stores the value in `reg` as that of the session's variable (or of a const), for those who look
 * up the name, too. */
void compile_session_value(builder *b, const ast_binding *binding, unsigned reg, src_span at);
/* After a binding at a session's top level: writes the cells. */
void compile_publish_binding(builder *b, const ast_binding *binding, src_span at);

/* --- node.c */
void compile_node(builder *b, ast_node *ast, dest d); /* any expression or statement */
void compile_nodes(builder *b, ast_list nodes, dest d, src_span at);
void compile_to(builder *b, ast_node *ast, unsigned reg); /* into a fresh register */
/* the register that holds the value: a variable's own, or a new one */
unsigned compile_any(builder *b, ast_node *ast);
/* the same; a new one is `hint` unless NO_HINT */
unsigned compile_operand(builder *b, ast_node *ast, unsigned hint);

/* --- literal.c */
/* Puts a list of the values of `items` into reg, in pieces so that few registers are needed. */
void compile_list(builder *b, ast_node *const *items, uint32_t count, unsigned reg, src_span at);

/* --- body.c, function.c */
code *compile_body(compiler *c, const resolve_unit *unit);
/* The code of a function, made now (info->code was allocated before, or is now). NULL:
 * no memory. */
code *compile_function(compiler *c, ast_node *ast, value name, bool branch);
/* Loads the captures of `info` into registers from `base` on. */
void compile_captures(builder *b, const ast_function_info *info, unsigned base, src_span at);
void compile_closure(builder *b, ast_node *ast, const ast_name *name /* or NULL */, dest d);

/* --- defer.c: first and last in a function that has any */
void compile_begin_defers(builder *b, src_span at);
void compile_end_defers(builder *b, src_span at);

/* --- chain.c */
unsigned compile_call_registers(builder *b, const ast_call *call, dest d, uint32_t n, bool in_row,
                                src_span at);

/* --- operator.c */
void compile_arithmetic(builder *b, ast_operator op, unsigned out, unsigned left, ast_node *right,
                        src_span at);
/* Jumps if the truth of the condition is `sense`, otherwise goes on. */
void compile_condition(builder *b, ast_node *ast, bool sense, jumps *into);
/* The same for a comparison, or `in`, of two registers that holds. */
void compile_jump_if_holds(builder *b, ast_operator op, unsigned left, unsigned right,
                           unsigned scratch, jumps *into, src_span at);
/* The type that an `is` names. */
unsigned compile_type_number(builder *b, const ast_node *ast);

/* --- assert.c: a call of the prelude's assert whose only argument is_comparison */
bool compile_is_comparison(const ast_node *condition);
void compile_assert(builder *b, ast_node *ast, dest d);

/* --- call.c */
void compile_spawn_call(builder *b, ast_node *ast, dest d, src_span at);
void compile_defer_call(builder *b, ast_node *ast);

/* --- import.c */
/* Runs the body of the module, if this import is the one that does. */
void compile_run_import(builder *b, const ast_node *ast);

/* --- statement.c */
void compile_const_value(builder *b, ast_node *ast);
/* R[base] = R[base + 2], frozen; three registers. */
void compile_freeze(builder *b, unsigned base, src_span at);

/* --- places.c */
void compile_places(builder *b, ast_node *ast); /* an AST_ASSIGN to an AST_TUPLE of places */

/* --- loop.c */
/* Begins the body of an iteration: the elements are bound when it returns. */
typedef struct iteration {
    unsigned base;
    uint32_t head;
    bool numeric;
    jumps exits;
} iteration;
void compile_iteration(builder *b, iteration *it, ast_node *source, ast_node *const target[2],
                       src_span at);
void compile_next_turn(builder *b, iteration *it, jumps *turns,
                       src_span at); /* ends it: to the next element, or past the loop */

/* --- pattern.c */
/* Binds the value in `reg`, or crashes with match_error. owned: nobody else writes reg while the
 * names live. */
void compile_bind(builder *b, ast_node *pattern, unsigned reg, bool owned);
/* The same for a value yet to be computed or received. */
void compile_bind_node(builder *b, ast_node *pattern, ast_node *ast);
void compile_bind_received(builder *b, ast_node *pattern, ast_node *chan, src_span at);
/* After a binding at a session's top level: writes the cells. */
void compile_publish(builder *b, const ast_node *pattern);

/* --- matching.c */
/* Matches the value in reg with the pattern, whose names have registers. Returns the jumps that are
 * taken if it does not match. */
jumps matching_bind(builder *b, const ast_node *pattern, unsigned reg);

#endif

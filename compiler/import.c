/* `import` and `extern`: running modules, and naming them in a session. */
#include "compiler/kinds.h"

#include <string.h>

typedef struct members {
    builder *b;
    const void *home;
    unsigned map;
    src_span at;
} members;

static void put_member(void *data, const char *name)
{
    const members *m = data;
    builder *b = m->b;
    const resolve_world *world = b->c->world;
    resolve_symbol symbol;
    if (world->imported(world->user, m->home, name, &symbol) != RESOLVE_FOUND)
        return;
    unsigned mark = b->top, pair = compile_registers(b, 2, m->at);
    bool later = symbol.kind == RESOLVE_CELL;
    compile_wide(b, OPC_LOADK, pair, compile_string(b->c, name, strlen(name)), m->at);
    compile_wide(b, later ? OPC_GETCELL : OPC_LOADK, pair + 1, compile_constant(b->c, symbol.word),
                 m->at);
    compile_emit(b, insn_abc(OPC_PUTALL, m->map, pair, 1), m->at);
    compile_release(b, mark);
}

/* A session's name for a module. Functions that look it up find a frozen map of its members;
 * `done`, a register, is set to true. */
static void bind_module(builder *b, const ast_binding *binding, unsigned done, src_span at)
{
    compile_wide(b, OPC_SETCELL, done, compile_constant(b->c, binding->cell), at);
    unsigned mark = b->top, base = compile_registers(b, 3, at);
    compile_emit(b, insn_abc(OPC_MAP, base + 2, base + 2, 0), at);
    members m = {b, binding->import.home, base + 2, at};
    b->c->world->imported_each(b->c->world->user, binding->import.home, put_member, &m);
    compile_freeze(b, base, at);
    compile_wide(b, OPC_SETCELL, base, compile_constant(b->c, binding->late), at);
    compile_release(b, mark);
}

/* Runs the body of the module, if this import is the one that does. */
void compile_run_import(builder *b, const ast_node *ast)
{
    const ast_binding *binding = ast->as.import.binding;
    unsigned mark = b->top, base = compile_registers(b, 2, ast->span);
    if (binding->import.body) {
        compile_wide(b, OPC_CALLF, base, compile_constant(b->c, binding->import.body), ast->span);
        /* The error that a `try` in it gave up with is the outcome of this body, too. */
        jumps good = {0};
        compile_jump_to(b, insn_aw(OPC_JNERROR, base, 0), &good, ast->span);
        compile_return(b, base, ast->span);
        compile_land(b, &good);
    }
    if (binding->import.body || b->c->session)
        compile_load(b, base, VALUE_TRUE, ast->span);
    if (binding->import.body)
        compile_wide(b, OPC_SETCELL, base, compile_constant(b->c, binding->import.loaded),
                     ast->span);
    if (b->c->session)
        bind_module(b, binding, base, ast->span);
    compile_release(b, mark);
}

void compile_import(builder *b, ast_node *ast)
{
    if (b->c->session)
        compile_run_import(b, ast);
}

/* In a session the name is bound when it is reached. */
void compile_extern(builder *b, ast_node *ast)
{
    if (!b->c->session)
        return;
    unsigned mark = b->top, base = compile_registers(b, 1, ast->span);
    compile_load(b, base, VALUE_TRUE, ast->span);
    bind_module(b, ast->as.ext->binding, base, ast->span);
    compile_release(b, mark);
}

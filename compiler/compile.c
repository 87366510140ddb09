/* A module: cells for its consts, codes for its functions, its body. Then all of it is put
 * together, verified and given to the VM. */
#include "compiler/compile.h"

#include <stdlib.h>

#include "compiler/kinds.h"
#include "vm/code/code_table.h"
#include "vm/code/verify.h"
#include "vm/core/string.h"
#include "vm/core/vm.h"

static uint64_t new_cell(compiler *c, const ast_name *name)
{
    value label = str_intern(c->vm, name->text, name->length);
    if (label == VALUE_ABSENT)
        return VALUE_ABSENT;
    cell *made = heap_alloc(vm_heap(c->vm), HEAP_TRACED, sizeof *made);
    if (!made)
        return VALUE_ABSENT;
    *made = (cell){.header = OBJ_CELL | OBJ_IMMUTABLE, .name = label};
    return value_object(made);
}

/* Everything that a function may refer to exists before the first one is compiled. */
static void declare(compiler *c)
{
    ast_list items = c->ast->items;
    for (uint32_t i = 0; i < items.count && !c->session; i++) {
        const ast_node *item = items.items[i];
        if (item->kind == AST_CONST) {
            item->as.let.binding->cell = new_cell(c, item->as.let.pattern->as.name.id);
            compile_constant(c, item->as.let.binding->cell);
        } else if (item->kind == AST_FN_DECL) {
            item->as.fn->info->code = compile_new_code(c);
        }
    }
}

static bool define_session(compiler *c, const resolve_unit *unit)
{
    for (ast_binding *b = unit->pending; b; b = b->next_pending) {
        resolve_session_name how = {.assignable = b->assignable,
                                    .by_name = b->by_name,
                                    .home = b->import.home,
                                    .item = b->item,
                                    .src = c->diags->src};
        resolve_session_name made = {0};
        if (!c->world->session_define(c->world->user, b->name->text, &how, &made))
            return false;
        b->cell = made.cell;
        b->late = made.late;
    }
    return true;
}

static void compile_test_body(compiler *c, const ast_node *item)
{
    value name =
        str_format(c->vm, "test \"%s\"", item->as.test.name.bytes ? item->as.test.name.bytes : "");
    compile_constant(c, name);
    compile_function(c, item->as.test.body, name, false);
}

static void compile_items(compiler *c)
{
    ast_list items = c->ast->items;
    for (uint32_t i = 0; i < items.count && !c->failed; i++) {
        ast_node *item = items.items[i];
        if (item->kind == AST_TEST) {
            compile_test_body(c, item);
        } else if (item->kind == AST_FN_DECL && !c->session) {
            value name = compile_code_name(c, item->as.fn->name->text, item->as.fn->name->length);
            compile_function(c, item, name, false);
        }
    }
}

static bool is_exported(const ast_node *item)
{
    if (item->kind == AST_CONST)
        return item->as.let.pattern->as.name.id->text[0] != '_';
    return item->kind == AST_FN_DECL && item->as.fn->name->text[0] != '_';
}

static bool make_exports(compiler *c, module *m)
{
    ast_list items = c->ast->items;
    m->exports = heap_alloc(vm_heap(c->vm), HEAP_TRACED, (items.count + 1u) * sizeof *m->exports);
    if (!m->exports)
        return false;
    for (uint32_t i = 0; i < items.count && !c->session; i++) {
        const ast_node *item = items.items[i];
        if (!is_exported(item))
            continue;
        bool is_const = item->kind == AST_CONST;
        const ast_name *name = is_const ? item->as.let.pattern->as.name.id : item->as.fn->name;
        uint32_t k = is_const ? compile_constant(c, item->as.let.binding->cell)
                              : compile_closure_constant(c, item->as.fn->info->code);
        uint32_t name_k = compile_string(c, name->text, name->length);
        if (c->failed)
            return false;
        m->exports[m->export_count++] = (module_export){c->constants[name_k], c->constants[k]};
    }
    return true;
}

static bool copy_text(compiler *c, module *m, const src_text *src)
{
    m->text = heap_alloc(vm_heap(c->vm), HEAP_BYTES, (size_t)src->length + 1);
    if (!m->text)
        return false;
    memcpy(m->text, src->text, src->length);
    m->length = src->length;
    m->first_line = src->first_line;
    return true;
}

/* The table of constants gets its final place, and every code is told where that is. */
static bool assemble(compiler *c, module *m)
{
    const char *name = c->ast->src->name ? c->ast->src->name : "";
    m->name = str_intern(c->vm, name, strlen(name));
    compile_constant(c, m->name);
    m->codes = heap_alloc(vm_heap(c->vm), HEAP_TRACED, (c->code_count + 1u) * sizeof(code *));
    if (!m->codes || !copy_text(c, m, c->ast->src) || !make_exports(c, m) || c->failed)
        return false;
    m->constants =
        heap_alloc(vm_heap(c->vm), HEAP_TRACED, (c->constant_count + 1u) * sizeof *m->constants);
    if (!m->constants)
        return false;
    memcpy(m->constants, c->constants, c->constant_count * sizeof *m->constants);
    m->constant_count = c->constant_count;
    for (uint32_t i = 0; i < c->code_count; i++) {
        code *made = c->codes[i].code;
        made->constants = m->constants;
        made->constant_count = m->constant_count;
        made->param_names = m->constants + c->codes[i].names;
        made->module = m;
        m->codes[i] = made;
    }
    m->code_count = c->code_count;
    return true;
}

static bool verify(compiler *c, const module *m)
{
    verify_fault fault;
    verify_result result = code_verify_module(c->vm, m, &fault);
    if (result != VERIFY_WRONG)
        return result == VERIFY_OK;
    src_span span = {0, 0};
    if (fault.which && fault.at < fault.which->count)
        span = (src_span){fault.which->places[fault.at].start, fault.which->places[fault.at].end};
    diag *d = diag_error(c->diags, span, "the compiler made wrong code: %s", fault.why);
    diag_hint(d, "this is a bug of csp, please report it");
#ifdef CSP_DEBUG
    fprintf(stderr, "%s: the compiler made wrong code: %s\n", c->ast->src->name, fault.why);
    abort();
#endif
    return false;
}

static module *make_module(compiler *c)
{
    module *m = heap_alloc(vm_heap(c->vm), HEAP_TRACED, sizeof *m);
    return m && assemble(c, m) && verify(c, m) && code_add_module(c->vm, m) ? m : NULL;
}

static void release(compiler *c)
{
    if (c->codes)
        heap_unpin(c->codes);
    free(c->constant_index);
    if (c->constants)
        heap_unpin(c->constants);
}

module *compile_unit(csp_vm *vm, const ast_module *ast, const resolve_unit *unit,
                     const resolve_world *world, bool session, diag_list *diags)
{
    compiler c = {.vm = vm,
                  .ast = ast,
                  .kinds = compile_kinds,
                  .world = world,
                  .diags = diags,
                  .session = session};
    compile_new_code(&c);
    declare(&c);
    bool defined = !session || define_session(&c, unit);
    module *made = NULL;
    if (defined && !c.failed) {
        compile_items(&c);
        compile_body(&c, unit);
        if (!c.failed && diags->errors == 0)
            made = make_module(&c);
    }
    release(&c);
    return made;
}

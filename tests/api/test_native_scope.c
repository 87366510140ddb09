/* What a native of the host may do with scopes and values, by what stands behind csp.h. */
#include "api/host/process.h"
#include "api/host/step.h"
#include "tests/api/embed.h"
#include "vm/data/list.h"
#include "vm/process/process.h"

static csp_context context;
static step_before before;

/* As if a native ran in a process of that number. */
static host *begin(csp_vm *vm, process *caller)
{
    host *h = door_enter(vm, "csp_step", 0);
    cr_assert_not_null(h);
    context = (csp_context){.host = h, .caller = caller};
    cr_assert(step_begin(&context, &before));
    return h;
}

static void end(host *h)
{
    step_end(&context, &before, csp_return(&context, csp_nil()));
    door_leave(h);
}

/* A process that waits for nothing and owns what natives make. */
static process caller(uint64_t number)
{
    return (process){.header = OBJ_PROCESS | OBJ_IMMUTABLE | number << OWNER_SHIFT};
}

Test(native_scope, a_native_has_a_scope_of_its_own)
{
    embed e;
    csp_vm *vm = embed_make(&e);
    process p = caller(7);
    host *h = begin(vm, &p);
    csp_value v = csp_list(vm, 0, NULL);
    embed_shows(vm, csp_push(vm, v, csp_int(vm, 1)), "[1]");
    csp_scope_open(vm); /* left open */
    csp_value inner = csp_map(vm);
    end(h);
    cr_assert_eq(csp_map(vm).word, 0);
    embed_misused(&e, "csp_map", "no scope is open");
    csp_scope_open(vm);
    cr_assert_eq(csp_length(vm, v), 0);
    embed_misused(&e, "csp_length", "has been closed");
    cr_assert_eq(csp_length(vm, inner), 0);
    embed_misused(&e, "csp_length", "has been closed");
    csp_free(vm);
}

Test(native_scope, what_it_makes_is_its_callers)
{
    embed e;
    csp_vm *vm = embed_make(&e);
    csp_scope outside = csp_scope_open(vm);
    csp_value hosts = csp_list(vm, 0, NULL);
    process p = caller(7);
    host *h = begin(vm, &p);
    csp_value l = csp_list(vm, 0, NULL);
    value v;
    cr_assert(handle_value(h, l, "test", &v));
    cr_assert_eq(obj_header(v) >> OWNER_SHIFT, 7);
    cr_assert(handle_value(h, csp_error_value(vm, "k", "m", l), "test", &v));
    cr_assert_eq(obj_header(v) >> OWNER_SHIFT, 7);
    cr_assert_eq(csp_push(vm, hosts, csp_nil()).word, 0);
    embed_error(vm, "moved", "list");
    cr_assert_eq(csp_at(vm, hosts, 0).word, 0);
    embed_error(vm, "moved", "list");
    cr_assert_null(csp_get_buffer(vm, hosts, NULL));
    embed_error(vm, "type_error", "");
    cr_assert_null(csp_ref_new(vm, l));
    embed_misused(&e, "csp_ref_new", "this list belongs to process 7; send it");
    csp_ref *shared = csp_ref_new(vm, csp_freeze(vm, l));
    cr_assert_not_null(shared, "nobody can change it");
    csp_ref_free(shared);
    end(h);
    embed_shows(vm, csp_push(vm, hosts, csp_nil()), "[nil]");
    csp_scope_close(vm, outside);
    csp_free(vm);
}

Test(native_scope, misuse)
{
    embed e;
    csp_vm *vm = embed_make(&e);
    csp_session *s = csp_session_new(vm);
    csp_scope outside = csp_scope_open(vm);
    process p = caller(7);
    host *h = begin(vm, &p);
    csp_scope_close(vm, outside);
    embed_misused(&e, "csp_scope_close", "outside of the native");
    cr_assert_eq(csp_scope_return(vm, outside, csp_nil()).word, 0);
    embed_misused(&e, "csp_scope_return", "outside of the native");
    char *text;
    cr_assert_eq(csp_eval(s, "1", 1, &text), CSP_E_MISUSE);
    embed_misused(&e, "csp_eval", "from a native");
    csp_free(vm);
    embed_misused(&e, "csp_free", "from a native");
    csp_session_free(s);
    embed_misused(&e, "csp_session_free", "from a native");
    cr_assert_eq(csp_fd(vm), -1);
    embed_misused(&e, "csp_fd", "from a native");
    end(h);
    cr_assert_eq(csp_eval(s, "1", 1, &text), CSP_OK);
    csp_text_free(text);
    csp_free(vm);
}

/* Objects of the host, through csp.h: made, asked, closed, garbage; each finalized once. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/host/host.h"
#include "tests/support/support.h"

typedef struct thing {
    int finalized;
} thing;

/* What a finalizer finds when it calls what it may not. */
static struct {
    csp_vm *vm;
    csp_value v;
    unsigned finalized, misused, told;
    bool calls;
    char what[256];
} at;

static void finalize(void *data)
{
    ((thing *)data)->finalized++;
    at.finalized++;
    if (!at.calls)
        return;
    csp_scope scope = csp_scope_open(at.vm);
    (void)scope;
    at.misused += csp_object(at.vm, NULL, data, 0).word == 0;
    at.misused += csp_class_add(at.vm, NULL) == CSP_E_MISUSE;
    at.misused += csp_get_object(at.vm, at.v, NULL) == NULL;
    at.misused += csp_run_text(at.vm, "x", "1", 1) == CSP_E_MISUSE;
    at.misused += csp_user(at.vm) == &at;
    csp_object_close(at.vm, at.v);
    csp_collect(at.vm);
    csp_free(at.vm);
}

static void misuse(void *user, const char *function, const char *what)
{
    cr_assert_eq(user, &at);
    at.told++;
    snprintf(at.what, sizeof at.what, "%s: %s", function, what);
}

static const csp_class enemy = {sizeof enemy, "Enemy", finalize, false},
                       gate = {sizeof gate, "Gate", finalize, true},
                       plain = {sizeof plain, "plain", NULL, true};

static csp_vm *new_vm(void)
{
    memset(&at, 0, sizeof at);
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.user = &at;
    config.max_memory = 64 << 20;
    cr_assert_eq(csp_new(&config, &at.vm), CSP_OK);
    host_of(at.vm)->door->misuse = misuse;
    return at.vm;
}

/* The error of the last failure, which has this kind and message, is taken. */
static void check_error(csp_vm *vm, const char *kind, const char *message)
{
    csp_error *e = csp_take_error(vm);
    cr_assert_neq(e, NULL, "no error: %s", message);
    cr_assert_str_eq(csp_error_kind(e), kind);
    cr_assert_str_eq(csp_error_message(e), message);
    csp_error_free(e);
}

Test(object, made_asked_closed_freed)
{
    csp_vm *vm = new_vm();
    thing a = {0}, b = {0}, c = {0};
    cr_assert_eq(csp_class_add(vm, &enemy), CSP_OK);
    cr_assert_eq(csp_class_add(vm, &enemy), CSP_OK, "again");
    csp_scope scope = csp_scope_open(vm);
    csp_value x = csp_object(vm, &enemy, &a, 0), y = csp_object(vm, &gate, &b, 1000);
    csp_value z = csp_object(vm, &plain, &c, 0);
    cr_assert(x.word && y.word && z.word);
    cr_assert_eq(csp_get_object(vm, x, &enemy), &a);
    cr_assert_eq(csp_get_object(vm, y, &gate), &b);
    cr_assert_eq(csp_get_object(vm, z, &plain), &c);
    cr_assert_eq(csp_type_of(vm, x), CSP_T_OBJECT);
    cr_assert(csp_equal(vm, x, x) && !csp_equal(vm, x, y));
    char *shown = csp_show(vm, csp_list(vm, 2, (csp_value[]){x, y}), 0);
    cr_assert_str_eq(shown, "[<Enemy>, <Gate>]");
    csp_text_free(shown);
    cr_assert_eq(csp_get_object(vm, x, &gate), NULL, "another class");
    cr_assert_eq(csp_get_object(vm, csp_nil(), &gate), NULL);
    csp_object_close(vm, x);
    cr_assert_eq(a.finalized, 1);
    cr_assert_eq(csp_get_object(vm, x, &enemy), NULL, "closed");
    csp_object_close(vm, x);
    cr_assert_eq(a.finalized, 1);
    csp_scope_close(vm, scope);
    csp_free(vm);
    cr_assert_eq(a.finalized + b.finalized, 2);
    cr_assert_eq(at.told, 0);
}

Test(object, garbage_is_finalized_by_csp_collect)
{
    enum { MANY = 10000 };
    csp_vm *vm = new_vm();
    thing *things = calloc(MANY, sizeof *things);
    csp_scope outer = csp_scope_open(vm);
    csp_value kept = csp_object(vm, &gate, &things[0], 0);
    csp_scope inner = csp_scope_open(vm);
    for (int i = 1; i < MANY; i++)
        cr_assert_neq(csp_object(vm, i % 2 ? &gate : &enemy, &things[i], 0).word, 0);
    csp_collect(vm);
    cr_assert_eq(at.finalized, 0, "the scope holds them");
    csp_scope_close(vm, inner);
    csp_collect(vm);
    cr_assert_geq(at.finalized, MANY - 5);
    cr_assert_eq(csp_get_object(vm, kept, &gate), &things[0]);
    csp_scope_close(vm, outer);
    csp_free(vm);
    cr_assert_eq(at.finalized, MANY);
    for (int i = 0; i < MANY; i++)
        cr_assert_eq(things[i].finalized, 1);
    free(things);
}

Test(object, a_million_within_the_memory_of_some)
{
    csp_vm *vm = new_vm();
    thing *things = calloc(1000000, sizeof *things);
    for (int i = 0; i < 1000000; i++) {
        csp_scope scope = csp_scope_open(vm);
        cr_assert_neq(csp_object(vm, &gate, &things[i], 10000).word, 0, "%d", i);
        csp_scope_close(vm, scope);
    }
    cr_assert_gt(at.finalized, 900000, "10 GB do not fit: %u", at.finalized);
    csp_free(vm);
    cr_assert_eq(at.finalized, 1000000);
    for (int i = 0; i < 1000000; i++)
        cr_assert_eq(things[i].finalized, 1);
    free(things);
}

Test(object, where_there_is_no_handle_the_data_stays_the_hosts)
{
    csp_vm *vm = new_vm();
    thing a = {0};
    cr_assert_eq(csp_object(vm, &enemy, &a, 0).word, 0);
    check_error(vm, "misuse", "csp_object: no scope is open for the value: see csp_scope_open");
    csp_scope scope = csp_scope_open(vm);
    cr_assert_eq(csp_object(vm, &gate, &a, SIZE_MAX).word, 0);
    check_error(vm, "out_of_memory", "out of memory");
    csp_scope_close(vm, scope);
    csp_collect(vm);
    csp_free(vm);
    cr_assert_eq(a.finalized, 0);
}

Test(object, a_finalizer_that_calls_the_vm)
{
    csp_vm *vm = new_vm();
    thing a = {0}, b = {0};
    at.calls = true;
    csp_scope scope = csp_scope_open(vm);
    csp_object(vm, &enemy, &b, 0);
    at.v = csp_object(vm, &enemy, &a, 0);
    csp_object_close(vm, at.v);
    cr_assert_eq(a.finalized, 1);
    cr_assert_eq(at.misused, 5);
    cr_assert_eq(at.told, 8, "%u: %s", at.told, at.what);
    check_error(vm, "misuse", "csp_scope_open: it may not be called from a callback of its VM");
    csp_scope_close(vm, scope);
    csp_free(vm); /* finalizes the other one */
    cr_assert_eq(b.finalized, 1);
    cr_assert_eq(at.misused, 10);
    cr_assert_eq(at.told, 16);
}

Test(object, classes_that_cannot_be)
{
    csp_vm *vm = new_vm();
    struct {
        csp_class of;
        uint64_t more;
    } later = {{sizeof later, "Later", NULL, true}, 0},
      more = {{sizeof more, "More", NULL, true}, 1};
    csp_class small = enemy, nameless = enemy, strange = enemy, type = enemy, again = enemy;
    small.struct_size = sizeof small - 1;
    nameless.name = NULL;
    strange.name = "an Enemy";
    type.name = "list";
    cr_assert_eq(csp_class_add(vm, &enemy), CSP_OK);
    cr_assert_eq(csp_class_add(vm, NULL), CSP_E_MISUSE);
    check_error(vm, "misuse", "csp_class_add: the class is NULL");
    cr_assert_eq(csp_class_add(vm, &small), CSP_E_MISUSE);
    check_error(vm, "misuse", "csp_class_add: the class has no struct_size: sizeof(csp_class)");
    cr_assert_eq(csp_class_add(vm, &nameless), CSP_E_MISUSE);
    cr_assert_eq(csp_class_add(vm, &strange), CSP_E_MISUSE);
    check_error(vm, "misuse", "csp_class_add: the class has no name that a signature could have");
    cr_assert_eq(csp_class_add(vm, &type), CSP_E_MISUSE);
    check_error(vm, "misuse", "csp_class_add: `list` is a type of signatures, and no class");
    cr_assert_eq(csp_class_add(vm, &again), CSP_E_MISUSE);
    check_error(vm, "misuse", "csp_class_add: another class has the name `Enemy`");
    cr_assert_eq(csp_class_add(vm, &later.of), CSP_OK);
    cr_assert_eq(csp_class_add(vm, &more.of), CSP_E_VERSION);
    check_error(vm, "version",
                "csp_class_add: the class has something in it that this library does not know");
    thing a;
    csp_scope scope = csp_scope_open(vm);
    cr_assert_eq(csp_object(vm, &again, &a, 0).word, 0);
    check_error(vm, "misuse", "csp_object: another class has the name `Enemy`");
    cr_assert_eq(csp_object(vm, NULL, &a, 0).word, 0);
    cr_assert_eq(csp_object(vm, &enemy, NULL, 0).word, 0);
    check_error(vm, "misuse",
                "csp_object: data is NULL, which stands for an object that is closed");
    csp_scope_close(vm, scope);
    csp_free(vm);
}

Test(object, many_classes)
{
    enum { MANY = 1000 };
    csp_vm *vm = new_vm();
    csp_class *all = calloc(MANY, sizeof *all);
    thing *things = calloc(MANY, sizeof *things);
    csp_value *values = calloc(MANY, sizeof *values);
    csp_scope scope = csp_scope_open(vm);
    for (int i = 0; i < MANY; i++) {
        all[i] = (csp_class){sizeof *all, support_format("C%d", i), finalize, i % 3 == 0};
        values[i] = csp_object(vm, &all[i], &things[i], 0);
    }
    for (int i = 0; i < MANY; i++) {
        cr_assert_eq(csp_get_object(vm, values[i], &all[i]), &things[i]);
        cr_assert_eq(csp_get_object(vm, values[i], &all[(i + 1) % MANY]), NULL);
    }
    csp_scope_close(vm, scope);
    csp_free(vm);
    cr_assert_eq(at.finalized, MANY);
}

/* --- wrong calls */

Test(object, misuse_of_no_vm_or_a_freed_one)
{
    csp_vm *vm = new_vm(), *other = NULL;
    thing a = {0};
    csp_scope scope = csp_scope_open(vm);
    csp_value v = csp_object(vm, &enemy, &a, 0);
    csp_scope_close(vm, scope);
    csp_free(vm);
    cr_assert_eq(a.finalized, 1);
    csp_vm *const gone[] = {NULL, vm};
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(csp_class_add(gone[i], &gate), CSP_E_MISUSE);
        cr_assert_eq(csp_object(gone[i], &enemy, &a, 0).word, 0);
        cr_assert_eq(csp_get_object(gone[i], v, &enemy), NULL);
        csp_object_close(gone[i], v);
        csp_collect(gone[i]);
        cr_assert_eq(csp_report(gone[i], CSP_PLAIN), NULL);
    }
    cr_assert_eq(csp_new(NULL, &other), CSP_OK);
    csp_scope_open(other);
    cr_assert_eq(csp_get_object(other, v, &enemy), NULL);
    csp_object_close(other, v);
    csp_object_close(other, CSP_NONE);
    csp_object_close(other, csp_int(other, 3));
    check_error(other, "misuse", "csp_object_close: the value is no object of the host");
    cr_assert_eq(csp_get_object(other, csp_nil(), NULL), NULL);
    check_error(other, "misuse", "csp_get_object: the class is NULL");
    csp_free(other);
    cr_assert_eq(a.finalized, 1);
}

Test(object, misuse_of_a_stale_handle)
{
    csp_vm *vm = new_vm();
    thing a = {0};
    csp_scope scope = csp_scope_open(vm);
    csp_value v = csp_object(vm, &enemy, &a, 0);
    csp_scope_close(vm, scope);
    cr_assert_eq(csp_get_object(vm, v, &enemy), NULL);
    check_error(vm, "misuse", "csp_get_object: the scope of the value has been closed");
    csp_object_close(vm, v);
    check_error(vm, "misuse", "csp_object_close: the scope of the value has been closed");
    cr_assert_eq(a.finalized, 0);
    csp_free(vm);
}

static void *from_another_thread(void *data)
{
    csp_vm *vm = data;
    thing a;
    cr_assert_eq(csp_class_add(vm, &gate), CSP_E_MISUSE);
    cr_assert_eq(csp_object(vm, &gate, &a, 0).word, 0);
    cr_assert_eq(csp_get_object(vm, at.v, &gate), NULL);
    csp_object_close(vm, at.v);
    csp_collect(vm);
    return NULL;
}

static void finalize_elsewhere(void *data)
{
    pthread_t thread;
    finalize(data);
    cr_assert_eq(pthread_create(&thread, NULL, from_another_thread, at.vm), 0);
    pthread_join(thread, NULL);
}

Test(object, two_threads_at_once)
{
    static const csp_class slow = {sizeof slow, "Slow", finalize_elsewhere, true};
    csp_vm *vm = new_vm();
    thing a = {0};
    csp_scope scope = csp_scope_open(vm);
    at.v = csp_object(vm, &slow, &a, 0);
    csp_object_close(vm, at.v);
    cr_assert_eq(a.finalized, 1);
    cr_assert_eq(at.told, 5);
    csp_scope_close(vm, scope);
    csp_free(vm);
}

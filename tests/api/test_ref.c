/* Refs: values that the host holds for as long as it likes. */
#include <pthread.h>
#include <stdlib.h>

#include "tests/api/embed.h"

Test(ref, outlives_scopes)
{
    embed e;
    csp_vm *vm = embed_make(&e);
    csp_scope scope = csp_scope_open(vm);
    csp_ref *list = csp_ref_new(vm, csp_push(vm, csp_list(vm, 0, NULL), csp_int(vm, 1))),
            *number = csp_ref_new(vm, csp_int(vm, 5)), *nil = csp_ref_new(vm, csp_nil());
    csp_scope_close(vm, scope);
    for (int i = 2; i < 50; i++) {
        scope = csp_scope_open(vm);
        csp_value v = csp_push(vm, csp_ref_get(vm, list), csp_int(vm, i));
        cr_assert_eq(csp_length(vm, v), (size_t)i);
        cr_assert_eq(csp_int_or(vm, csp_ref_get(vm, number), 0), 5);
        cr_assert_eq(csp_type_of(vm, csp_ref_get(vm, nil)), CSP_T_NIL);
        csp_scope_close(vm, scope);
    }
    cr_assert_eq(csp_ref_get(vm, list).word, 0);
    embed_misused(&e, "csp_ref_get", "no scope is open");
    csp_ref_free(list);
    csp_ref_free(number);
    csp_ref_free(nil);
    csp_ref_free(NULL);
    csp_free(vm);
}

/* Freed in another order than made, with others made meanwhile, each still has its own value. */
Test(ref, places_are_used_again)
{
    enum { REFS = 500, ROUNDS = 20000 };
    embed e;
    csp_vm *vm = embed_make(&e);
    csp_ref *refs[REFS] = {NULL};
    uint32_t values[REFS], random = 1;
    for (uint32_t i = 0; i < ROUNDS; i++) {
        random = random * 1103515245 + 12345;
        uint32_t at = random >> 16 & 511;
        if (at >= REFS)
            continue;
        csp_scope scope = csp_scope_open(vm);
        if (refs[at]) {
            int64_t n;
            cr_assert_eq(csp_get_int(vm, csp_at(vm, csp_ref_get(vm, refs[at]), 0), &n), CSP_OK);
            cr_assert_eq(n, values[at]);
            csp_ref_free(refs[at]);
            refs[at] = NULL;
        } else {
            csp_value n = csp_int(vm, i);
            refs[at] = csp_ref_new(vm, csp_list(vm, 1, &n));
            values[at] = i;
        }
        csp_scope_close(vm, scope);
    }
    cr_assert_eq(e.told, 0);
    csp_free(vm);
    for (int i = 0; i < REFS; i++)
        csp_ref_free(refs[i]);
}

static void *free_all(void *given)
{
    csp_ref **refs = given;
    for (int i = 0; refs[i]; i++)
        csp_ref_free(refs[i]);
    return NULL;
}

/* Other threads free while the VM makes new ones. */
Test(ref, any_thread_frees)
{
    enum { THREADS = 4, EACH = 2000, ROUNDS = 5 };
    embed e;
    csp_vm *vm = embed_make(&e);
    static csp_ref *refs[2][THREADS][EACH + 1];
    pthread_t threads[THREADS];
    for (int round = 0; round < ROUNDS; round++) {
        csp_scope scope = csp_scope_open(vm);
        for (int t = 0; t < THREADS; t++)
            for (int i = 0; i < EACH; i++) {
                refs[round % 2][t][i] = csp_ref_new(vm, csp_int(vm, INT64_MAX - i));
                cr_assert_not_null(refs[round % 2][t][i]);
            }
        csp_scope_close(vm, scope);
        for (int t = 0; t < THREADS; t++) {
            if (round > 0)
                pthread_join(threads[t], NULL);
            cr_assert_eq(pthread_create(&threads[t], NULL, free_all, refs[round % 2][t]), 0);
        }
    }
    csp_free(vm);
    for (int t = 0; t < THREADS; t++)
        pthread_join(threads[t], NULL);
}

Test(ref, misuse)
{
    embed e, f;
    csp_vm *vm = embed_make(&e), *other = embed_make(&f);
    csp_scope_open(vm);
    csp_scope_open(other);
    csp_ref *ref = csp_ref_new(vm, csp_map(vm));
    cr_assert_eq(csp_ref_get(other, ref).word, 0);
    embed_misused(&f, "csp_ref_get", "of another VM");
    cr_assert_eq(csp_ref_get(vm, NULL).word, 0);
    embed_misused(&e, "csp_ref_get", "NULL");
    cr_assert_eq(csp_ref_get(vm, (csp_ref *)&e).word, 0);
    embed_misused(&e, "csp_ref_get", "freed");
    cr_assert_null(csp_ref_new(vm, csp_map(other)));
    embed_misused(&e, "csp_ref_new", "");
    cr_assert_null(csp_ref_new(vm, CSP_NONE));
    cr_assert_eq(e.told, 0);
    cr_assert_null(csp_ref_new(NULL, csp_nil()));
    cr_assert_eq(csp_ref_get(NULL, ref).word, 0);
    embed_shows(vm, csp_ref_get(vm, ref), "{}");
    csp_ref_free(ref);
    cr_assert_eq(csp_ref_get(vm, ref).word, 0);
    embed_misused(&e, "csp_ref_get", "freed");
    csp_ref_free(ref);
    csp_ref_free((csp_ref *)&e);
    ref = csp_ref_new(vm, csp_map(vm));
    csp_free(vm);
    cr_assert_eq(csp_ref_get(vm, ref).word, 0);
    cr_assert_null(csp_ref_new(vm, csp_nil()));
    csp_ref_free(ref);
    csp_ref_free(ref);
    csp_free(other);
}

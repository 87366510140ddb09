/* A host that uses the collector itself, for data of its own: before us, and after us. This file
 * refers to GC_init, as such hosts do. */
#define GC_THREADS
#include <criterion/criterion.h>
#include <gc/gc.h>
#include <string.h>

#include "csp.h"

enum { NODES = 100000, BLOCK = 1000 };

typedef struct node {
    struct node *next;
    long number;
} node;

/* In static data, which the collector scans as the host expects; and a pointer into an object. */
static node *nodes;
static char *middle;

static void make_data(void)
{
    for (long i = 0; i < NODES; i++) {
        node *n = GC_MALLOC(sizeof *n);
        *n = (node){nodes, i};
        nodes = n;
    }
    middle = (char *)GC_MALLOC_ATOMIC(BLOCK) + BLOCK / 2;
    memset(middle - BLOCK / 2, 7, BLOCK);
}

static void check_data(void)
{
    long left = NODES;
    for (const node *n = nodes; n; n = n->next)
        cr_assert_eq(n->number, --left);
    cr_assert_eq(left, 0);
    for (int i = -BLOCK / 2; i < BLOCK / 2; i++)
        cr_assert_eq(middle[i], 7);
}

static csp_vm *new_vm(void)
{
    csp_vm *vm;
    cr_assert_eq(csp_new(NULL, &vm), CSP_OK);
    return vm;
}

/* Both sides allocate and collect; neither takes what is the other's. */
static void use_both(csp_vm *vm)
{
    static const char text[] = "let l = []\n"
                               "for i in 0..100_000 { List.push(l, [i]) }\n"
                               "(len(l), l[99_999])";
    csp_session *s = csp_session_new(vm);
    for (int round = 0; round < 3; round++) {
        char *result;
        cr_assert_eq(csp_eval(s, text, strlen(text), &result), CSP_OK);
        cr_assert_str_eq(result, "(100000, [99999])");
        csp_text_free(result);
        GC_gcollect();
        for (int i = 0; i < NODES; i++) {
            memset(GC_MALLOC(64), 0x55, 64);
            memset(GC_MALLOC_ATOMIC(16), 0x55, 16);
        }
        check_data();
    }
    csp_free(vm);
    GC_gcollect();
    check_data();
}

Test(others, a_host_that_starts_the_collector_first)
{
    GC_INIT();
    make_data();
    use_both(new_vm());
}

Test(others, a_host_that_makes_a_vm_first)
{
    csp_vm *vm = new_vm();
    GC_INIT();
    make_data();
    use_both(vm);
}

/* A limit is of the VM, whatever the host has. */
Test(others, limits_do_not_count_what_is_the_host_s)
{
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.max_memory = 32 << 20;
    csp_vm *vm;
    cr_assert_eq(csp_new(&config, &vm), CSP_OK);
    void **kept = GC_MALLOC_UNCOLLECTABLE(100 * sizeof *kept);
    for (int i = 0; i < 100; i++)
        cr_assert(kept[i] = GC_MALLOC(1 << 20));
    make_data();
    use_both(vm);
}

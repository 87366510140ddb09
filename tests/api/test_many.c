/* Thousands of VMs in one program. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "csp.h"
#include "tests/support/sanitized.h"

/* More than the collector's mark stack has at first; and fewer where all is slow. */
static unsigned many(void)
{
    if (SANITIZED)
        return 500;
    return getenv("CSP_GC_STRESS") ? 100 : 10000;
}

static size_t resident(void)
{
    unsigned long all, pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    cr_assert(f && fscanf(f, "%lu %lu", &all, &pages) == 2);
    fclose(f);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static unsigned open_descriptors(void)
{
    unsigned count = 0;
    DIR *folder = opendir("/proc/self/fd");
    cr_assert(folder);
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

static csp_vm *new_vm(bool no_loop)
{
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.no_loop = no_loop;
    csp_vm *vm;
    cr_assert_eq(csp_new(&config, &vm), CSP_OK);
    return vm;
}

static void use(csp_vm *vm, unsigned i)
{
    csp_session *s = csp_session_new(vm);
    char text[64], *shown, expected[16];
    snprintf(text, sizeof text, "%u * 2", i);
    snprintf(expected, sizeof expected, "%u", i * 2);
    cr_assert_eq(csp_eval(s, text, strlen(text), &shown), CSP_OK);
    cr_assert_str_eq(shown, expected);
    csp_text_free(shown);
    csp_session_free(s);
}

Test(many, alive_at_once_with_few_descriptors)
{
    enum { MOST = 64 << 10 };
    unsigned count = many();
    struct rlimit files = {1024, 1024};
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &files), 0);
    csp_free(new_vm(true));
    size_t before = resident();
    unsigned open = open_descriptors();
    csp_vm **all = calloc(count, sizeof *all);
    for (unsigned i = 0; i < count; i++)
        all[i] = new_vm(true);
    cr_assert_eq(open_descriptors(), open);
    if (!SANITIZED)
        cr_assert_leq((resident() - before) / count, MOST);
    for (unsigned i = 0; i < count; i += count / 50)
        use(all[i], i);
    csp_collect(all[0]);
    cr_assert_eq(open_descriptors(), open);
    for (unsigned i = 0; i < count; i++)
        csp_free(all[i]);
    free(all);
}

Test(many, one_after_the_other)
{
    unsigned count = many();
    size_t after_some = 0;
    unsigned open = 0;
    for (unsigned i = 0; i < count; i++) {
        csp_vm *vm = new_vm(i % 2);
        if (i % 100 == 0)
            use(vm, i);
        csp_free(vm);
        if (i == count / 10) {
            after_some = resident();
            open = open_descriptors();
        }
    }
    cr_assert_eq(open_descriptors(), open);
    if (!SANITIZED)
        cr_assert_leq(resident(), after_some + (4 << 20), "%zu KiB, then %zu", after_some >> 10,
                      resident() >> 10);
}

Test(many, an_idle_one_has_no_descriptor_before_it_needs_one)
{
    csp_free(new_vm(false));
    unsigned open = open_descriptors();
    csp_vm *vm = new_vm(false);
    cr_assert_eq(open_descriptors(), open);
    cr_assert_geq(csp_fd(vm), 0);
    cr_assert_gt(open_descriptors(), open);
    csp_free(vm);
}

/* ffi/library.h */
#include <criterion/criterion.h>
#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ffi/library.h"

static ffi_refusal why;
static char folder[] = "/tmp/csp-library-XXXXXX";

static void write_file(const char *name, const char *text)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    fputs(text, f);
    fclose(f);
}

static void remove_file(const char *name)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    unlink(path);
}

static const library *open_here(ffi_block *b, const char *name)
{
    return library_open(b, name, folder, &why);
}

Test(library, the_C_library_has_short_names)
{
    ffi_block *b = ffi_block_new();
    bool is_data;
    const library *c = library_open(b, "c", NULL, &why), *m = library_open(b, "m", NULL, &why);
    cr_assert_not_null(c, "%s", why.text);
    cr_assert_not_null(m, "%s", why.text);
    double (*f)(double);
    void *address = library_symbol(m, "cos", &is_data);
    memcpy(&f, &address, sizeof f);
    cr_assert_eq(f(0), 1);
    cr_assert_not(is_data);
    cr_assert_not_null(library_symbol(c, "environ", &is_data));
    cr_assert(is_data);
    cr_assert_null(library_symbol(c, "no_such_function", &is_data));
    cr_assert(strncmp(c->name, "libc", 4) == 0, "%s", c->name);
    ffi_block_release(b);
}

Test(library, linker_scripts_are_followed)
{
    ffi_block *b = ffi_block_new();
    bool is_data;
    cr_assert_not_null(mkdtemp(folder));
    write_file("group.so", "/* GNU ld script INPUT(nothing) */\nOUTPUT_FORMAT(elf64-x86-64)\n"
                           "GROUP ( libm.so.6 AS_NEEDED ( libnone.so ) )\n");
    write_file("input.so", "INPUT(AS_NEEDED(libm.so.6))");
    write_file("twice.so", "INPUT ( ");
    char path[200];
    snprintf(path, sizeof path, "INPUT ( %s/group.so )", folder);
    write_file("twice.so", path);
    snprintf(path, sizeof path, "INPUT ( %s/endless.so )", folder);
    write_file("endless.so", path);
    write_file("text.so", "this is no library, and INPUT is none");
    write_file("empty.so", "");
    write_file("short.so", "INPUT(");
    for (int i = 0; i < 3; i++) {
        const char *name = (const char *[]){"./group.so", "./input.so", "./twice.so"}[i];
        const library *l = open_here(b, name);
        cr_assert_not_null(l, "%s: %s", name, why.text);
        cr_assert_not_null(library_symbol(l, "cos", &is_data));
        cr_assert_str_eq(l->name, "libm.so.6");
    }
    for (int i = 0; i < 5; i++) {
        const char *name = (const char *[]){"./endless.so", "./text.so", "./empty.so", "./short.so",
                                            "./missing.so"}[i];
        cr_assert_null(open_here(b, name), "%s", name);
        cr_assert_gt(strlen(why.text), 10, "%s", why.text);
    }
    for (int i = 0; i < 7; i++)
        remove_file((const char *[]){"group.so", "input.so", "twice.so", "endless.so", "text.so",
                                     "empty.so", "short.so"}[i]);
    rmdir(folder);
    ffi_block_release(b);
}

/* C may have threads of its own in there, or pointers to it. */
Test(library, one_that_was_opened_stays)
{
    static const char name[] = "libBrokenLocale.so.1"; /* of glibc, which nobody uses */
    cr_assert_null(dlopen(name, RTLD_LAZY | RTLD_NOLOAD), "somebody else has opened it");
    ffi_block *b = ffi_block_new();
    cr_assert_not_null(library_open(b, name, NULL, &why), "%s", why.text);
    ffi_block_release(b);
    void *still = dlopen(name, RTLD_LAZY | RTLD_NOLOAD);
    cr_assert_not_null(still);
    dlclose(still);
}

Test(library, what_cannot_be_opened_says_why)
{
    ffi_block *b = ffi_block_new();
    cr_assert_null(library_open(b, "libnone-such.so", NULL, &why));
    cr_assert(strstr(why.text, "libnone-such.so"), "%s", why.text);
    cr_assert_null(library_open(b, "", NULL, &why));
    cr_assert_null(library_open(b, "/tmp", NULL, &why));
    cr_assert_null(library_open(b, "/dev/zero", NULL, &why));
    char *path = malloc(10001);
    memset(path, '/', 10000);
    path[10000] = 0;
    cr_assert_null(library_open(b, path, NULL, &why));
    cr_assert_null(library_open(b, "./x", path, &why));
    free(path);
    ffi_block_release(b);
}

typedef struct wanted {
    unsigned all, found;
} wanted;

static void offer(void *data, const char *name)
{
    wanted *w = data;
    w->all++;
    w->found += strcmp(name, "qsort") == 0 || strcmp(name, "strlen") == 0; /* that is an ifunc */
    cr_assert_str_neq(name, "environ");
}

Test(library, exported_functions_are_told)
{
    ffi_block *b = ffi_block_new();
    const library *c = library_open(b, "c", NULL, &why);
    wanted w = {0, 0};
    library_each(c, offer, &w);
    cr_assert_geq(w.found, 2);
    cr_assert_gt(w.all, 1000);
    ffi_block_release(b);
}

Test(library, an_address_has_a_place)
{
    ffi_block *b = ffi_block_new();
    bool is_data;
    const library *c = library_open(b, "c", NULL, &why);
    const char *address = library_symbol(c, "qsort", &is_data);
    library_place p = library_whence(address + 3);
    cr_assert_str_eq(p.symbol, "qsort");
    cr_assert_eq(p.offset, 3);
    cr_assert(strncmp(p.library, "libc", 4) == 0);
    p = library_whence(NULL);
    cr_assert_str_eq(p.library, "");
    cr_assert_null(p.symbol);
    ffi_block_release(b);
}

/* --- versions */

static const library *open_versioned(ffi_block *b)
{
    const library *l = library_open(b, VERSIONED, NULL, &why);
    cr_assert_not_null(l, "%s", why.text);
    return l;
}

Test(library, versions_that_no_plain_name_means_are_told)
{
    ffi_block *b = ffi_block_new();
    bool is_data;
    char text[64];
    const library *l = open_versioned(b);
    cr_assert_null(library_symbol(l, "old", &is_data));
    cr_assert_eq(library_versions(l, "old", text, sizeof text), 2);
    cr_assert(strstr(text, "`old@V_1`") && strstr(text, "`old@V_2`"), "%s", text);
    cr_assert_eq(strlen(text), strlen("`old@V_1`, `old@V_2`"));
    cr_assert_eq(library_versions(l, "plain", text, sizeof text), 0);
    cr_assert_str_eq(text, "");
    cr_assert_eq(library_versions(l, "none", text, sizeof text), 0);
    ffi_block_release(b);
}

/* The plain name means the newest; the other one is still there. */
Test(library, of_several_versions_one_has_the_plain_name)
{
    ffi_block *b = ffi_block_new();
    bool is_data;
    char text[64];
    const library *l = open_versioned(b);
    int (*kept)(void);
    void *address = library_symbol(l, "kept", &is_data);
    cr_assert_not_null(address);
    memcpy(&kept, &address, sizeof kept);
    cr_assert_eq(kept(), 2);
    cr_assert_eq(library_versions(l, "kept", text, sizeof text), 1);
    cr_assert_str_eq(text, "`kept@V_1`");
    ffi_block_release(b);
}

Test(library, more_versions_than_have_room_are_counted)
{
    ffi_block *b = ffi_block_new();
    char text[200] = "";
    memset(text, 'x', sizeof text - 1);
    const library *l = open_versioned(b);
    for (size_t size = 8; size < 40; size++) {
        cr_assert_eq(library_versions(l, "old", text, size), 2);
        cr_assert_lt(strlen(text), size);
        cr_assert_eq(text[size], 'x');
    }
    ffi_block_release(b);
}

/* What the host does not grant a script cannot use: it does not compile, and what gets there in
 * another way crashes. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "csp.h"

#include "api/session.h"
#include "base/capability.h"
#include "vm/code/native.h"

#define SAME(name) _Static_assert((int)CSP_MAY_##name == (int)MAY_##name, "one number for each")
SAME(ARGS);
SAME(ENV);
SAME(EXIT);
SAME(READ);
SAME(WRITE);
SAME(CONNECT);
SAME(LISTEN);
SAME(RUN);
SAME(CALL_C);
SAME(STDIN);
SAME(PRECISE_TIME);
_Static_assert(CSP_MAY_ALL == (1 << CAPABILITIES) - 1, "all of them");

static csp_vm *new_vm(uint64_t capabilities)
{
    static const char *const args[] = {"one"};
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.capabilities = capabilities;
    config.args = args;
    config.arg_count = 1;
    csp_vm *vm;
    cr_assert_eq(csp_new(&config, &vm), CSP_OK);
    return vm;
}

/* What the error of the last call says, as kind and message. */
static char *said(csp_vm *vm)
{
    csp_error *failure = csp_take_error(vm);
    cr_assert(failure);
    char *text = malloc(300);
    snprintf(text, 300, "%s: %s", csp_error_kind(failure), csp_error_message(failure));
    csp_error_free(failure);
    return text;
}

static const struct {
    const char *use, *member, *result, *name;
    uint64_t capability;
} uses[] = {
    {"Os.args()", "Os.args", "[\"one\"]", "CSP_MAY_ARGS", CSP_MAY_ARGS},
    {"Os.env(\"PATH\") != nil", "Os.env", "true", "CSP_MAY_ENV", CSP_MAY_ENV},
    {"Os.set_env(\"A\", \"1\")", "Os.set_env", "true", "CSP_MAY_ENV", CSP_MAY_ENV},
    {"Os.pid() > 0", "Os.pid", "true", "CSP_MAY_ENV", CSP_MAY_ENV},
    {"Os.memory() > 0", "Os.memory", "true", "CSP_MAY_ENV", CSP_MAY_ENV},
    {"type(Os.cwd())", "Os.cwd", "\"string\"", "CSP_MAY_READ", CSP_MAY_READ},
    {"Os.chdir(\".\")", "Os.chdir", "true", "CSP_MAY_RUN", CSP_MAY_RUN},
    {"Os.run(\"true\").status", "Os.run", "0", "CSP_MAY_RUN", CSP_MAY_RUN},
    {"Os.kill({pid: 1}).kind", "Os.kill", "\"not_found\"", "CSP_MAY_RUN", CSP_MAY_RUN},
    {"Ffi.free(Ffi.alloc(8))", "Ffi.alloc", NULL, "CSP_MAY_CALL_C", CSP_MAY_CALL_C},
};

Test(capabilities, what_is_granted_works)
{
    for (size_t i = 0; i < sizeof uses / sizeof *uses; i++) {
        csp_vm *vm = new_vm(uses[i].capability);
        csp_session *s = csp_session_new(vm);
        char *result;
        cr_assert_eq(csp_eval(s, uses[i].use, strlen(uses[i].use), &result), CSP_OK, "%s",
                     uses[i].use);
        if (uses[i].result)
            cr_assert_str_eq(result, uses[i].result);
        csp_text_free(result);
        csp_free(vm);
    }
}

Test(capabilities, what_is_not_does_not_compile)
{
    for (size_t i = 0; i < sizeof uses / sizeof *uses; i++) {
        csp_vm *vm = new_vm(CSP_MAY_ALL & ~uses[i].capability);
        char program[100];
        snprintf(program, sizeof program, "if false { %s }", uses[i].use);
        cr_assert_eq(csp_run_text(vm, "t", program, strlen(program)), CSP_E_COMPILE);
        char *text = said(vm), expected[100];
        snprintf(expected, sizeof expected, "`%s` cannot be used here: %s is not granted",
                 uses[i].member, uses[i].name);
        cr_expect(strstr(text, expected), "%s", text);
        free(text);
        csp_free(vm);
    }
}

Test(capabilities, ending_the_program)
{
    static const char text[] = "Os.exit(3)";
    csp_vm *vm = new_vm(CSP_MAY_EXIT);
    cr_assert_eq(csp_run_text(vm, "t", text, strlen(text)), CSP_EXIT);
    csp_free(vm);
    vm = new_vm(0);
    cr_assert_eq(csp_run_text(vm, "t", text, strlen(text)), CSP_E_COMPILE);
    csp_free(vm);
}

/* A function value that a script could not name. */
Test(capabilities, at_run_time)
{
    csp_vm *vm = new_vm(0);
    static const char *const names[] = {"args", "exit"};
    static const char *const needs[] = {"CSP_MAY_ARGS", "CSP_MAY_EXIT"};
    for (int i = 0; i < 2; i++) {
        csp_session *s = csp_session_new(vm);
        char *result;
        world *w = world_of(vm);
        cr_assert_eq(csp_eval(s, "var f = nil", 11, &result), CSP_OK);
        resolve_session_name name;
        cr_assert(session_find(s, "f", &name));
        ((cell *)value_as_object(name.cell))->item = vm_native(w->vm, "Os", names[i]);
        cr_assert_eq(csp_eval(s, "f()", 3, &result), CSP_E_CRASH);
        char *text = said(vm), expected[100];
        snprintf(expected, sizeof expected, "denied: %s is not granted", needs[i]);
        cr_expect_str_eq(text, expected);
        free(text);
    }
    csp_free(vm);
}

Test(capabilities, files_to_import_are_read)
{
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.import_files = true;
    csp_vm *vm;
    cr_assert_eq(csp_new(&config, &vm), CSP_E_DENIED);
    cr_assert_null(vm);
    config.capabilities = CSP_MAY_READ;
    cr_assert_eq(csp_new(&config, &vm), CSP_OK);
    csp_free(vm);
}

/* ---- Places ---- */

static void count_misuse(void *user, const char *function, const char *what)
{
    (void)function;
    cr_assert(*what);
    ++*(int *)user;
}

/* With one place, or none: NULL. */
static csp_status try_place(uint64_t capabilities, const char *const *places, uint32_t count,
                            int *misuses)
{
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.capabilities = capabilities;
    config.places = places;
    config.place_count = count;
    config.user = misuses;
    config.misuse = count_misuse;
    csp_vm *vm;
    csp_status status = csp_new(&config, &vm);
    cr_assert_eq(status == CSP_OK, vm != NULL);
    csp_free(vm);
    return status;
}

static csp_status try_one(uint64_t capabilities, const char *place)
{
    int misuses = 0;
    csp_status status = try_place(capabilities, &place, 1, &misuses);
    cr_assert_eq(misuses, status == CSP_E_MISUSE, "%s", place);
    return status;
}

Test(capabilities, places)
{
    static const char *const good[] = {
        "read:/",        "read:.",          "write:/tmp/not-there",
        "connect:a.org", "connect:a.org:1", "listen:127.1:0",
        "net:[::1]",     "net:[::1]:80",    "net:::1",
        "net:1.2.3.4:5", "net:unix:/tmp/x", "connect::80",
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        cr_expect_eq(try_one(CSP_MAY_ALL, good[i]), CSP_OK, "%s", good[i]);
    cr_expect_eq(try_one(CSP_MAY_ALL, "read:/not/there"), CSP_E_NOT_FOUND);
    cr_expect_eq(try_one(CSP_MAY_ALL, "net:unix:/not/there"), CSP_E_NOT_FOUND);
}

Test(capabilities, misuse_of_places)
{
    static const char *const bad[] = {
        "",        "read",    "read:",     "run:/bin/ls",     "net:",   "net:a:b", "net:[::1",
        "net:[x]", "net:a/b", "net:unix:", "net:a.org:66666", "Read:/",
    };
    int misuses = 0;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_expect_eq(try_one(CSP_MAY_ALL, bad[i]), CSP_E_MISUSE, "%s", bad[i]);
    cr_expect_eq(try_one(CSP_MAY_READ, "write:/"), CSP_E_MISUSE, "it is not granted");
    cr_expect_eq(try_one(CSP_MAY_CONNECT, "net:a.org"), CSP_E_MISUSE, "half of it is not granted");
    cr_expect_eq(try_place(CSP_MAY_ALL, NULL, 1, &misuses), CSP_E_MISUSE);
    cr_expect_eq(try_place(CSP_MAY_ALL, (const char *const[]){NULL}, 1, &misuses), CSP_E_MISUSE);
    cr_expect_eq(misuses, 2);
}

/* What a VM with these places says to a text. */
static char *in_places(const char *const *places, uint32_t count, const char *text)
{
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.capabilities = CSP_MAY_ALL;
    config.places = places;
    config.place_count = count;
    csp_vm *vm;
    cr_assert_eq(csp_new(&config, &vm), CSP_OK);
    csp_session *s = csp_session_new(vm);
    char *result;
    cr_assert_eq(csp_eval(s, text, strlen(text), &result), CSP_OK, "%s", text);
    csp_free(vm);
    return result;
}

Test(capabilities, only_there)
{
    static const char *const places[] = {"read:/usr", "connect:127.0.0.1", "listen:localhost:0"};
    static const struct {
        const char *text, *result;
    } tried[] = {
        {"File.exists(\"/usr\")", "true"},
        {"File.exists(\"/etc\").kind", "\"denied\""},
        {"Dir.list(\"/usr/..\").kind", "\"denied\""},
        {"File.write(\"/not/there\", \"\").kind", "\"not_found\""}, /* is not limited */
        {"Net.connect(\"127.0.0.2:1\").data.errno == nil", "true"},
        {"Net.connect(\"127.1:1\").kind", "\"refused\""},
        {"Net.connect(\":1\").kind", "\"refused\""},
        {"Net.connect(\"localhost:1\").kind", "\"denied\""},
        {"Net.connect(\"0.0.0.0:1\").kind", "\"denied\""},
        {"Net.connect(\"[::1]:1\").kind", "\"denied\""},
        {"Net.connect(\"unix:/tmp/x\").kind", "\"denied\""},
        {"Net.listen(\":0\").kind", "\"denied\""},
        {"Net.listen(\"LOCALHOST:7\").kind", "\"denied\""},
        {"Net.listen(\"unix:/tmp/x\").kind", "\"denied\""},
        {"Net.udp().kind", "\"denied\""},
        {"type(Net.udp(\"localhost:0\"))", "\"udp\""},
        {"Net.send_to(Net.udp(\"localhost:0\"), \"x\", \"127.0.0.2:9\").kind", "\"denied\""},
        {"Net.resolve(\"localhost\").kind", "\"denied\""},
        {"Net.resolve(\"127.0.0.1\")", "[\"127.0.0.1\"]"},
        {"Net.reverse(\"127.0.0.2\").kind", "\"denied\""},
    };
    for (size_t i = 0; i < sizeof tried / sizeof *tried; i++) {
        char *result = in_places(places, 3, tried[i].text);
        cr_expect_str_eq(result, tried[i].result, "%s", tried[i].text);
        csp_text_free(result);
    }
}

/* A Unix socket is one by whatever path it is reached. */
Test(capabilities, unix_sockets)
{
    char folder[] = "/tmp/csp-places-XXXXXX", place[3][64], text[600];
    cr_assert(mkdtemp(folder));
    snprintf(place[0], sizeof place[0], "net:unix:%s/in", folder);
    snprintf(place[1], sizeof place[1], "write:%s/in", folder);
    const char *const places[] = {place[0], place[1]};
    snprintf(text, sizeof text, "%s/in", folder);
    cr_assert_eq(mkdir(text, 0700), 0);
    snprintf(place[2], sizeof place[2], "%s/in/out", folder);
    cr_assert_eq(symlink("..", place[2]), 0);
    snprintf(text, sizeof text,
             "if true {\n"
             "    let l = Net.listen(\"unix:%s/in/s\")\n"
             "    let c = Net.connect(\"unix:%s/in/../in/s\")\n"
             "    let s = Net.accept(l)\n"
             "    Io.write(c, \"hello\\n\")\n"
             "    (Io.read_line(s), Net.local(l) == Net.peer(s) or Net.local(l),\n"
             "     Net.listen(\"unix:%s/in/out/t\").kind, Net.connect(\"unix:%s/in/out/s\").kind, "
             "Io.close(l))\n"
             "}",
             folder, folder, folder, folder);
    char *result = in_places(places, 2, text), expected[100];
    snprintf(expected, sizeof expected,
             "(\"hello\", \"unix:%s/in/s\", \"denied\", \"denied\", true)", folder);
    cr_expect_str_eq(result, expected);
    csp_text_free(result);
    cr_expect_eq(unlink(place[2]), 0);
    snprintf(text, sizeof text, "%s/in", folder);
    cr_expect_eq(rmdir(text), 0, "the socket has gone with its listener");
    cr_expect_eq(rmdir(folder), 0);
}

Test(capabilities, clocks_are_rounded)
{
    static const char text[] = "var finer = 0\n"
                               "for i in 0..1000 {\n"
                               "    for t in [now(), Time.now(), Time.mono()] {\n"
                               "        if t % 1_000_000 != 0 { finer += 1 }\n"
                               "    }\n"
                               "}\n"
                               "finer > 0";
    for (int precise = 0; precise < 2; precise++) {
        csp_vm *vm = new_vm(precise ? CSP_MAY_PRECISE_TIME : 0);
        csp_session *s = csp_session_new(vm);
        char *result;
        cr_assert_eq(csp_eval(s, text, strlen(text), &result), CSP_OK);
        cr_assert_str_eq(result, precise ? "true" : "false");
        csp_text_free(result);
        csp_free(vm);
    }
}

Test(capabilities, a_host_finds_only_what_it_grants)
{
    csp_vm *vm = new_vm(CSP_MAY_ARGS);
    csp_scope scope = csp_scope_open(vm);
    csp_value f;
    cr_assert_eq(csp_find(vm, "Os", "args", NULL, &f), CSP_OK);
    cr_assert_eq(csp_type_of(vm, f), CSP_T_FUNCTION);
    cr_assert_eq(csp_find(vm, "Os", "env", NULL, &f), CSP_E_DENIED);
    char *text = said(vm);
    cr_assert_str_eq(text, "denied: CSP_MAY_ENV is not granted");
    free(text);
    csp_scope_close(vm, scope);
    csp_free(vm);
}

/* What a host is told of what is going on in its VM. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "include/csp.h"
#include "tests/support/support.h"

static void check_error(csp_vm *vm, const char *message)
{
    csp_error *e = csp_take_error(vm);
    cr_assert_neq(e, NULL, "no error: %s", message);
    cr_assert_str_eq(csp_error_kind(e), "misuse");
    cr_assert_str_eq(csp_error_message(e), message);
    csp_error_free(e);
}

Test(stats, what_processes_do)
{
    csp_vm *vm;
    cr_assert_eq(csp_new(NULL, &vm), CSP_OK);
    csp_session *session = csp_session_new(vm);
    const char text[] =
        "fn wait_for(c) { ?c }; let c = chan(); for i in 0..2 { spawn wait_for(c) }";
    char *shown;
    cr_assert_eq(csp_eval(session, text, sizeof text - 1, &shown), CSP_OK);
    csp_text_free(shown);
    csp_step(vm, 100000, NULL);
    char *plain_text = csp_report(vm, CSP_PLAIN), *json = csp_report(vm, CSP_JSON);
    cr_assert(strncmp(plain_text, "2 processes\n    2 processes like process ", 41) == 0, "%s",
              plain_text);
    cr_assert_neq(strstr(plain_text, "wait to receive from <chan 1>"), NULL, "%s", plain_text);
    cr_assert_eq(json[0], '[');
    cr_assert_neq(strstr(json, "\"waits_for\":\"receive\""), NULL, "%s", json);
    cr_assert_str_eq(strchr(json, '\n'), "\n");
    csp_text_free(plain_text);
    csp_text_free(json);
    char *coloured = csp_report(vm, CSP_COLOUR);
    cr_assert_neq(strstr(coloured, "like process 2"), NULL, "%s", coloured);
    csp_text_free(coloured);
    cr_assert_eq(csp_report(vm, (csp_style)7), NULL);
    check_error(vm, "csp_report: there is no such style");
    csp_free(vm);
}

static const csp_class gate = {sizeof gate, "Gate", NULL, true};

static csp_stats stats_of(csp_vm *vm)
{
    csp_stats s = {.struct_size = sizeof s};
    csp_get_stats(vm, &s);
    cr_assert_eq(s.struct_size, sizeof s);
    return s;
}

static void eval(csp_session *session, const char *text)
{
    char *shown;
    cr_assert_eq(csp_eval(session, text, strlen(text), &shown), CSP_OK);
    csp_text_free(shown);
}

Test(stats, count_what_processes_did)
{
    csp_vm *vm;
    cr_assert_eq(csp_new(NULL, &vm), CSP_OK);
    csp_session *session = csp_session_new(vm);
    csp_stats before = stats_of(vm);
    cr_assert_eq(before.processes + before.runnable + before.crashed + before.messages, 0);
    eval(session, "let c = chan(); let d = chan(10); let done = chan()\n"
                  "fn take(c, done, n) { for i in 0..n { ?c }; done ! true }\n"
                  "spawn take(c, done, 100); for i in 0..100 { c ! i }; ?done\n" /* 101 messages */
                  "for i in 0..10 { d ! i }; for i in 0..5 { ?d }\n"             /* 10 */
                  "spawn { alt { d ! 1 => nil } }; sleep(1ms); ?d; ?d\n"         /* 1 */
                  "for i in 0..7 { wait(spawn fail(\"x\")) }; kill(spawn { ?c })\n"
                  "spawn { loop { } }; spawn { ?c }; sleep(1ms)");
    csp_stats s = stats_of(vm);
    cr_assert_eq(s.messages, 112, "%llu", (unsigned long long)s.messages);
    cr_assert_eq(s.crashed, 7, "a kill is none");
    cr_assert_eq(s.processes, 2);
    cr_assert_eq(s.runnable, 1);
    cr_assert_eq(s.spawned - before.spawned, 1 + 1 + 1 + 7 + 1 + 2, "%llu",
                 (unsigned long long)(s.spawned - before.spawned));
    cr_assert_gt(s.reductions, 1000);
    eval(session, "for i in 0..100000 { }");
    cr_assert_geq(stats_of(vm).reductions, s.reductions + 100000);
    csp_free(vm);
}

/* What goes through an int of 60,000 bits once costs a reduction for each 128 of them, whatever the
 * other operand is: else a slice could have thousands of them in it. What goes beyond the end of a
 * slice is not counted. */
Test(stats, count_what_long_ints_cost)
{
    enum { TIMES = 100, COST = 60000 / 128 * 9 / 10 };
    static const char *const operations[] = {
        "b + 1",  "1 + b", "b - 1",  "1 - b",     "b & 1",  "b | 1",
        "1 ^ b",  "b + b", "-b",     "~b",        "b << 1", "b >> 1",
        "b == c", "b < c", "b != c", "[b] < [c]", "m[b]",   "(b..) == (c..)"};
    csp_vm *vm;
    cr_assert_eq(csp_new(NULL, &vm), CSP_OK);
    csp_session *session = csp_session_new(vm);
    eval(session, "let b = 1 << 60000; let c = 1 << 60000; let m = {}");
    for (unsigned i = 0; i < sizeof operations / sizeof *operations; i++) {
        uint64_t before = stats_of(vm).reductions;
        char *text = support_format("for _ in 0..%d { let x = %s }", TIMES, operations[i]);
        eval(session, text);
        cr_assert_geq(stats_of(vm).reductions - before, TIMES * COST, "%s", text);
        free(text);
    }
    csp_free(vm);
}

Test(stats, count_what_the_host_has)
{
    csp_vm *vm;
    int data;
    cr_assert_eq(csp_new(NULL, &vm), CSP_OK);
    csp_scope scope = csp_scope_open(vm);
    csp_value o = csp_object(vm, &gate, &data, 0);
    csp_ref *ref = csp_ref_new(vm, csp_string_z(vm, "held"));
    csp_stats s = stats_of(vm);
    cr_assert_eq(s.handles, 2);
    cr_assert_eq(s.refs, 1);
    cr_assert_eq(s.objects, 1);
    cr_assert_eq(s.processes, 0, "the host's own is not counted");
    cr_assert_eq(s.spawned, 0);
    csp_object_close(vm, o);
    csp_ref_free(ref);
    csp_scope_close(vm, scope);
    s = stats_of(vm);
    cr_assert_eq(s.handles + s.refs + s.objects, 0);
    csp_free(vm);
}

Test(stats, memory_and_collections)
{
    enum { LARGE = 8 << 20 };
    csp_vm *vm, *other;
    cr_assert_eq(csp_new(NULL, &vm), CSP_OK);
    cr_assert_eq(csp_new(NULL, &other), CSP_OK);
    csp_collect(vm);
    csp_collect(other);
    csp_stats before = stats_of(vm), others = stats_of(other);
    csp_scope scope = csp_scope_open(vm);
    cr_assert_neq(csp_buffer(vm, LARGE).word, 0);
    csp_stats with = stats_of(vm);
    cr_assert_geq(with.memory, before.memory + LARGE);
    cr_assert_leq(with.memory, before.memory + LARGE + (1 << 20));
    cr_assert_geq(with.heap, with.memory);
    int data;
    cr_assert_neq(csp_object(vm, &gate, &data, LARGE).word, 0);
    cr_assert_geq(stats_of(vm).memory, with.memory + LARGE, "its bytes are memory");
    csp_scope_close(vm, scope);
    csp_collect(vm);
    csp_stats after = stats_of(vm);
    cr_assert_leq(after.memory, before.memory + (1 << 20));
    cr_assert_geq(after.collections, before.collections + 1);
    cr_assert(after.pause_last > 0 && after.pause_last <= after.pause_max);
    cr_assert_lt(after.pause_max, 60000000000u, "in ns");
    csp_collect(other);
    cr_assert_leq(stats_of(other).memory, others.memory + (1 << 20),
                  "the other one has none of it");
    csp_free(vm);
    csp_free(other);
}

Test(stats, of_other_versions)
{
    csp_vm *vm;
    cr_assert_eq(csp_new(NULL, &vm), CSP_OK);
    struct {
        csp_stats known;
        uint64_t later;
    } larger = {.known.struct_size = sizeof larger, .later = 7};
    csp_get_stats(vm, &larger.known);
    cr_assert_eq(larger.known.struct_size, sizeof larger);
    cr_assert_gt(larger.known.memory, 0);
    cr_assert_eq(larger.later, 0);
    csp_stats smaller = {.struct_size = offsetof(csp_stats, processes), .processes = 7};
    csp_get_stats(vm, &smaller);
    cr_assert_gt(smaller.heap, 0);
    cr_assert_eq(smaller.processes, 7);
    csp_free(vm);
}

Test(stats, misuse)
{
    csp_vm *vm;
    cr_assert_eq(csp_new(NULL, &vm), CSP_OK);
    csp_get_stats(vm, NULL);
    check_error(vm, "csp_get_stats: struct_size of the statistics is not sizeof(csp_stats)");
    csp_stats s = {0};
    csp_get_stats(vm, &s);
    check_error(vm, "csp_get_stats: struct_size of the statistics is not sizeof(csp_stats)");
    csp_free(vm);
    csp_get_stats(vm, &s);
    csp_get_stats(NULL, &s);
    cr_assert_eq(s.memory, 0);
}

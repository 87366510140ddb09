/* The OS process with a VM in it, twice. */
#include <criterion/criterion.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "include/csp.h"

static void drop(void *user, int stream, const char *text, size_t size)
{
    (void)user, (void)stream, (void)text, (void)size;
}

static csp_vm *make(csp_session **s)
{
    csp_vm *vm;
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.max_int_bits = 1 << 24;
    config.write = drop;
    cr_assert_eq(csp_new(&config, &vm), CSP_OK);
    *s = csp_session_new(vm);
    return vm;
}

static char *evaluate(csp_session *s, const char *text)
{
    char *result;
    return csp_eval(s, text, strlen(text), &result) == CSP_OK ? result : NULL;
}

static bool gives(csp_session *s, const char *text, const char *expected)
{
    char *result = evaluate(s, text);
    bool same = result && strcmp(result, expected) == 0;
    csp_text_free(result);
    return same;
}

/* What the child found. In the child: tells it, and ends. */
static bool child_is_well(int pid, bool well)
{
    int status;
    if (pid == 0)
        _exit(well ? 0 : 1);
    return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
           WEXITSTATUS(status) == 0;
}

static bool both_go_on(void)
{
    csp_session *s;
    csp_vm *vm = make(&s);
    bool well = gives(s, "let c = chan(); spawn { for m in c { print(m) } }; var n = 1; n", "1") &&
                csp_fd(vm) >= 0;
    int pid = csp_fork(vm);
    if (pid == 0)
        well = well && gives(s, "n += 1; close(c); n", "2");
    well = child_is_well(pid, well) && well && gives(s, "c ! \"\"; n", "1");
    csp_free(vm);
    return well;
}

/* The child's timers and descriptors are no longer the parent's. */
static bool waits_end_in_both(void)
{
    csp_session *s;
    csp_vm *vm = make(&s);
    bool well = gives(s, "spawn { sleep(20ms) }; 1", "1") && csp_fd(vm) >= 0;
    int pid = csp_fork(vm);
    if (pid == 0)
        well = well && gives(s, "sleep(30ms); 1", "1") && csp_run(vm, 1000) == CSP_DONE;
    well = child_is_well(pid, well) && well && csp_run(vm, 1000) == CSP_DONE;
    csp_free(vm);
    return well;
}

/* It has been the work of a thread, which ends after a while. */
static bool not_beside_a_thread(void)
{
    csp_session *s;
    csp_vm *vm = make(&s);
    bool well = gives(s, "len(str(3 ** 200000))", "95425");
    int pid;
    while ((pid = csp_fork(vm)) < 0 && well) {
        csp_error *e = csp_take_error(vm);
        well = strcmp(csp_error_kind(e), "busy") == 0;
        csp_error_free(e);
        usleep(10000);
    }
    if (pid == 0)
        well = well && gives(s, "len(str(3 ** 200001))", "95425");
    well = child_is_well(pid, well) && well;
    csp_free(vm);
    return well;
}

/* Somebody has woken the parent just before. */
static bool wakes_come_to_the_child(void)
{
    csp_session *s;
    csp_vm *vm = make(&s);
    bool well = csp_fd(vm) >= 0;
    csp_request_report(vm);
    int pid = csp_fork(vm);
    if (pid == 0) {
        alarm(10);
        well = well && gives(s, "len(str(3 ** 200000))", "95425");
    }
    well = child_is_well(pid, well) && well;
    csp_free(vm);
    return well;
}

/* Criterion's threads do not come along into the child. */
static void expect_alone(bool (*body)(void))
{
    int pid = fork();
    cr_expect(child_is_well(pid, pid == 0 && body()));
}

Test(forking, both_go_on_by_themselves, .timeout = 20) { expect_alone(both_go_on); }
Test(forking, waits_end_in_both, .timeout = 20) { expect_alone(waits_end_in_both); }
Test(forking, not_beside_another_thread, .timeout = 30) { expect_alone(not_beside_a_thread); }
Test(forking, wakes_come_to_the_child, .timeout = 30) { expect_alone(wakes_come_to_the_child); }
Test(forking, misuse) { cr_expect_eq(csp_fork(NULL), -1); }

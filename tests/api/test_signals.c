/* Signals belong to the OS process: several VMs listen to them, and a host's handler comes back. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "csp.h"

static volatile sig_atomic_t hosts;

static void on_host(int number)
{
    (void)number;
    hosts++;
}

static void host_handles(int number)
{
    struct sigaction act = {.sa_handler = on_host};
    hosts = 0;
    sigaction(number, &act, NULL);
}

static csp_session *new_session(csp_vm **vm)
{
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.capabilities = CSP_MAY_EXIT;
    cr_assert_eq(csp_new(&config, vm), CSP_OK);
    return csp_session_new(*vm);
}

static void gives(csp_session *s, const char *text, const char *expected)
{
    char *result = NULL;
    cr_assert_eq(csp_eval(s, text, strlen(text), &result), CSP_OK, "%s", text);
    if (expected)
        cr_expect_str_eq(result, expected, "%s", text);
    csp_text_free(result);
}

Test(signals, two_vms_are_told_and_the_host_has_them_again)
{
    csp_vm *one, *two;
    csp_session *first = new_session(&one), *second = new_session(&two);
    host_handles(SIGUSR1);
    gives(first, "let c = Os.signals(\"USR1\")", NULL);
    gives(second, "let c = Os.signals(\"USR1\", \"USR2\")", NULL);
    raise(SIGUSR1);
    gives(first, "?c", "\"USR1\"");
    gives(second, "?c", "\"USR1\"");
    gives(first, "close(c)", NULL);
    raise(SIGUSR1);
    gives(second, "?c", "\"USR1\"");
    cr_expect_eq(hosts, 0);
    csp_free(two); /* it listens still */
    raise(SIGUSR1);
    cr_expect_eq(hosts, 1);
    csp_free(one);
}

Test(signals, what_the_host_has_put_there_meanwhile_stays)
{
    csp_vm *vm;
    csp_session *s = new_session(&vm);
    gives(s, "let c = Os.signals(\"USR1\")", NULL);
    host_handles(SIGUSR1);
    gives(s, "close(c)", NULL);
    raise(SIGUSR1);
    cr_expect_eq(hosts, 1);
    csp_free(vm);
}

static void *listens_often(void *data)
{
    (void)data;
    csp_vm *vm;
    csp_session *s = new_session(&vm);
    gives(s,
          "for i in 0..200 { let c = Os.signals(\"USR2\"); alt { c ? x => nil; after 0s => nil }; "
          "close(c) }",
          NULL);
    csp_free(vm);
    return NULL;
}

Test(signals, listeners_come_and_go_on_threads_while_signals_arrive)
{
    enum { THREADS = 3 };
    host_handles(SIGUSR2);
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, listens_often, NULL);
    for (int i = 0; i < 2000; i++)
        raise(SIGUSR2);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    hosts = 0;
    raise(SIGUSR2);
    cr_expect_eq(hosts, 1);
}

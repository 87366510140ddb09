/* Messages through ports: there and back on one thread, and to another thread that is woken. With
 * CPU=1 in the environment it is CPU time of all threads, which a busy machine disturbs less.
 *
 *     make && cc -O2 -Iinclude bench/embed/port.c build/libcsp.a \
 *         $(pkg-config --libs bdw-gc libuv libutf8proc libffi gmp) -lm -lpthread -ldl -o port && ./port
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "csp.h"

static const char text[] = "fn echo(i, o) { for x in i { o ! x }\n close(o) }\n"
                           "fn start(i, o) { spawn echo(i, o)\n nil }\n";

static double now(void)
{
    struct timespec t;
    clock_gettime(getenv("CPU") ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

typedef struct sides {
    csp_vm *vm;
    csp_port *in, *out;
} sides;

static bool set_up(sides *s)
{
    if (csp_new(NULL, &s->vm) < 0)
        return false;
    csp_scope scope = csp_scope_open(s->vm);
    csp_value start, ends[2];
    bool ok = csp_module_add(s->vm, "echo", text, sizeof text - 1) == CSP_OK &&
              csp_port_open(s->vm, CSP_TO_SCRIPT, 64, &s->in, &ends[0]) == CSP_OK &&
              csp_port_open(s->vm, CSP_FROM_SCRIPT, 64, &s->out, &ends[1]) == CSP_OK &&
              csp_find(s->vm, "echo", "start", NULL, &start) == CSP_OK &&
              csp_call(s->vm, start, 2, ends, NULL, NULL) == CSP_OK;
    csp_scope_close(s->vm, scope);

    if (!ok)
        fprintf(stderr, "port: no VM, or no ports\n");
    return ok;
}

static void clean_up(sides *s)
{
    csp_port_free(s->in);
    csp_port_free(s->out);
    csp_free(s->vm);
}

static void one_thread(int rounds, int batch)
{
    sides s;
    if (!set_up(&s))
        return;
    double start = now();
    int64_t sum = 0, n;
    for (int i = 0; i < rounds; i++) {
        for (int k = 0; k < batch; k++)
            csp_port_send(s.in, csp_msg_int(i));
        csp_step(s.vm, 100000, NULL);
        csp_msg *m;
        while (csp_port_receive(s.out, &m) == CSP_OK) {
            if (csp_msg_as_int(m, &n))
                sum += n;
            csp_msg_free(m);
        }
    }
    printf("one thread, %2d at a time  %7.0f ns each there and back (sum %lld)\n", batch,
           (now() - start) / rounds / batch, (long long)sum);
    clean_up(&s);
}

static void *run(void *vm)
{
    csp_run(vm, -1);
    return NULL;
}

static void other_thread(int rounds)
{
    sides s;
    pthread_t thread;
    if (!set_up(&s))
        return;
    pthread_create(&thread, NULL, run, s.vm);
    double start = now();
    for (int i = 0; i < rounds; i++) {
        csp_msg *m;
        csp_port_send(s.in, csp_msg_int(i));
        csp_port_wait(s.out, -1);
        if (csp_port_receive(s.out, &m) == CSP_OK)
            csp_msg_free(m);
    }
    printf("another thread, woken     %7.0f ns each there and back\n", (now() - start) / rounds);
    csp_port_close(s.in);
    pthread_join(thread, NULL);
    clean_up(&s);
}

int main(void)
{
    one_thread(200000, 1);
    one_thread(20000, 32);
    other_thread(20000);
    return 0;
}

/* Two VMs on two threads, joined by two ports: one makes work, the other does it, and neither waits
 * for the host.
 *
 * Build it with: cc threads.c $(pkg-config --cflags --libs csp) -pthread
 */
#include <csp.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

typedef struct side {
    const char *text;
    csp_direction direction;
    csp_vm *vm;
    csp_port *port;
} side;

static bool set_up(side *s)
{
    if (csp_new(NULL, &s->vm) != CSP_OK)
        return false;
    csp_scope scope = csp_scope_open(s->vm);
    csp_value fn, end;
    bool ok = csp_module_add(s->vm, "main", s->text, strlen(s->text)) == CSP_OK &&
              csp_find(s->vm, "main", "run", NULL, &fn) == CSP_OK &&
              csp_port_open(s->vm, s->direction, 16, &s->port, &end) == CSP_OK &&
              csp_spawn(s->vm, fn, 1, &end, NULL) == CSP_OK;
    csp_scope_close(s->vm, scope);
    return ok;
}

/* A VM may be used by any thread, as long as it is one at a time: the main thread made it, this one
 * runs and frees it. */
static void *run(void *user)
{
    side *s = user;
    csp_status status = csp_run(s->vm, -1);
    csp_free(s->vm);
    return status == CSP_DONE ? user : NULL;
}

int main(void)
{
    side maker = {
        .text = "fn run(jobs) { for n in 1..=1000 { jobs ! (n, \"job ${n}\") }; close(jobs) }",
        .direction = CSP_FROM_SCRIPT};
    side worker = {
        .text = "fn run(jobs) {\n"
                "    var count = 0\n"
                "    var sum = 0\n"
                "    for (n, name) in jobs { sum += n; count += 1; if n == 1000 { print(name) } }\n"
                "    print(\"${count} jobs, the sum is ${sum}\")\n"
                "}",
        .direction = CSP_TO_SCRIPT};
    if (!set_up(&maker) || !set_up(&worker))
        return 1;
    pthread_t threads[2];
    pthread_create(&threads[0], NULL, run, &maker);
    pthread_create(&threads[1], NULL, run, &worker);

    /* The ports belong to no thread. A message that is received may be sent on as it is. */
    csp_msg *m;
    while (csp_port_wait(maker.port, -1) == CSP_OK && csp_port_receive(maker.port, &m) == CSP_OK) {
        csp_status sent;
        while ((sent = csp_port_send(worker.port, m)) == CSP_FULL)
            csp_port_wait(worker.port, -1);
        if (sent != CSP_OK)
            csp_msg_free(m);
    }
    csp_port_close(worker.port);

    void *made, *worked;
    pthread_join(threads[0], &made);
    pthread_join(threads[1], &worked);
    csp_port_free(maker.port);
    csp_port_free(worker.port);
    return made && worked ? 0 : 1;
}

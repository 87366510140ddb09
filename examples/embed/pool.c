/* Many VMs on a few threads: each thread takes whichever VM has something to do, runs it for a
 * slice, and puts it back. So a VM moves from thread to thread, and is never on two of them.
 *
 * Build it with: cc pool.c $(pkg-config --cflags --libs csp) -pthread
 */
#include <csp.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { ROOMS = 8, THREADS = 3, ROUNDS = 100 };

static const char SCRIPT[] =
    "fn room(name, messages, replies) {\n"
    "    var heard = 0\n"
    "    for m in messages {\n"
    "        heard += 1\n"
    "        let work = par for i in 0..4 { List.sum(List.map([1, 2, 3], fn(n) => n * i)) }\n"
    "        replies ! (name, heard, List.sum(work) + m)\n"
    "    }\n"
    "    close(replies)\n"
    "}\n";

typedef struct room {
    csp_vm *vm;
    csp_port *messages, *replies;
    csp_task *task;
    bool queued;  /* in the queue, or to be put into it by the thread that has it */
    bool running; /* a thread has it */
    bool done;
    struct room *next;
} room;

static room rooms[ROOMS];
static room *first, **last = &first; /* those that have something to do */
static int left = ROOMS;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

/* config.wake: another thread has given this VM something to do, while nobody was in it. Called by
 * any thread. */
static void wake(void *user)
{
    room *r = user;
    pthread_mutex_lock(&lock);
    if (!r->queued && !r->done) {
        r->queued = true;
        if (!r->running) {
            *last = r;
            last = &r->next;
            pthread_cond_signal(&changed);
        }
    }
    pthread_mutex_unlock(&lock);
}

static void *work(void *nothing)
{
    (void)nothing;
    pthread_mutex_lock(&lock);
    while (left > 0) {
        room *r = first;
        if (!r) {
            pthread_cond_wait(&changed, &lock);
            continue;
        }
        first = r->next;
        if (!first)
            last = &first;
        *r = (room){r->vm, r->messages, r->replies, r->task, .running = true};
        pthread_mutex_unlock(&lock);

        csp_status status = csp_step(r->vm, 4000, NULL);

        pthread_mutex_lock(&lock);
        r->running = false;
        if (status == CSP_DONE) {
            r->done = true;
            left--;
            pthread_cond_broadcast(&changed);
        } else if (status == CSP_MORE || r->queued) {
            r->queued = true;
            *last = r;
            last = &r->next;
            pthread_cond_signal(&changed);
        }
    }
    pthread_mutex_unlock(&lock);
    return NULL;
}

static bool set_up(room *r, int64_t number)
{
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.user = r;
    config.wake = wake;
    config.no_loop = true;
    if (csp_new(&config, &r->vm) != CSP_OK)
        return false;
    csp_scope scope = csp_scope_open(r->vm);
    csp_value fn, arguments[3] = {csp_int(r->vm, number)};
    bool ok = csp_module_add(r->vm, "room", SCRIPT, sizeof SCRIPT - 1) == CSP_OK &&
              csp_find(r->vm, "room", "room", NULL, &fn) == CSP_OK &&
              csp_port_open(r->vm, CSP_TO_SCRIPT, 4, &r->messages, &arguments[1]) == CSP_OK &&
              csp_port_open(r->vm, CSP_FROM_SCRIPT, 4, &r->replies, &arguments[2]) == CSP_OK &&
              csp_spawn(r->vm, fn, 3, arguments, &r->task) == CSP_OK;
    csp_scope_close(r->vm, scope);
    return ok;
}

/* The part of the host that talks to the rooms, and never touches a VM. */
static void talk(void)
{
    int64_t sum = 0, heard = 0;
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < ROOMS; i++) {
            csp_msg *m = csp_msg_int(round);
            if (csp_port_send(rooms[i].messages, m) != CSP_OK)
                csp_msg_free(m);
        }
        for (int i = 0; i < ROOMS; i++) {
            csp_msg *reply;
            csp_port_wait(rooms[i].replies, -1);
            if (csp_port_receive(rooms[i].replies, &reply) == CSP_OK) {
                int64_t n = 0;
                csp_msg_as_int(csp_msg_at(reply, 1), &heard);
                csp_msg_as_int(csp_msg_at(reply, 2), &n);
                sum += n;
                csp_msg_free(reply);
            }
        }
    }
    for (int i = 0; i < ROOMS; i++)
        csp_port_close(rooms[i].messages);
    printf("%d rooms, the last heard %lld messages, the sum is %lld\n", ROOMS, (long long)heard,
           (long long)sum);
}

int main(void)
{
    for (int i = 0; i < ROOMS; i++) {
        if (!set_up(&rooms[i], i))
            return 1;
        wake(&rooms[i]);
    }
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, work, NULL);
    talk();
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < ROOMS; i++) {
        if (csp_task_result(rooms[i].task, NULL) != CSP_OK)
            printf("room %d has not ended well\n", i);
        csp_task_free(rooms[i].task);
        csp_free(rooms[i].vm);
        csp_port_free(rooms[i].messages);
        csp_port_free(rooms[i].replies);
    }
    return 0;
}

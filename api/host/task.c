/* A task names a slot of its VM, in which its process is held. It is malloc'ed and may outlive the
 * VM. What other threads want of it (a kill, its end) they put into it, and it into a list; the VM
 * looks there between two slices. */
#include "api/host/task.h"

#include <pthread.h>
#include <stdlib.h>

#include "api/error.h"
#include "api/host/enter.h"
#include "api/host/fail.h"
#include "api/host/host.h"
#include "api/host/live.h"
#include "api/host/walks.h"
#include "vm/code/native.h"
#include "vm/outside/bell.h"
#include "vm/process/kill.h"
#include "vm/process/process.h"
#include "vm/run/spawn.h"

struct csp_task {
    struct task_home *home;
    uint64_t number;
    uint32_t slot;
    bool seen; /* its outcome has been asked for */
    /* under the home's lock: */
    bool posted; /* it stands in the list */
    bool freed;
    char *reason; /* of the kill that is asked for; NULL: none; owned */
    csp_task *next;
};

typedef struct task_home {
    pthread_mutex_t lock;
    csp_vm *vm;       /* NULL: it is gone */
    csp_task *posted; /* list */
    uint32_t users;   /* tasks, and the VM */
} task_home;

enum { FIRST_TASKS = 16, FEW = 16 };

/* ---- Life ---- */

/* The lock is held, and given back. */
static void leave_home(task_home *home, uint32_t users)
{
    home->users -= users;
    bool last = home->users == 0;
    pthread_mutex_unlock(&home->lock);
    if (!last)
        return;
    pthread_mutex_destroy(&home->lock);
    free(home);
}

static void free_task(csp_task *t)
{
    free(t->reason);
    free(t);
}

static void free_slot(tasks *of, uint32_t slot)
{
    of->slots[slot] = NULL;
    of->next_free[slot] = of->free;
    of->free = slot + 1;
}

/* Nobody asks for the outcome any more: a crash is reported, now if it has happened. */
static void let_go(csp_vm *vm, csp_task *t, process *p)
{
    bool seen = t->seen || (side_of(p) && side_of(p)->done);
    if (!process_ended(p) && !seen)
        process_clear(p, PROCESS_AWAITED);
    if (!process_failed(p) || seen || !value_is(p->value, OBJ_ERROR))
        return;
    if (value_error(p->value)->kind != vm->error_names[ERR_KILLED])
        vm->crashed(vm, p, p->value);
}

/* What somebody asks of a task. */
typedef struct asked {
    csp_task *task;
    char *reason; /* of its kill; NULL: none; owned */
    bool freed;   /* it is the last thing that is asked of it */
} asked;

/* Takes one out of the list: from then on it may be posted again. */
static asked take_posted(task_home *home)
{
    pthread_mutex_lock(&home->lock);
    csp_task *t = home->posted;
    asked a = {.task = t};
    if (t) {
        home->posted = t->next;
        t->posted = false;
        a.reason = t->reason;
        a.freed = t->freed;
        t->reason = NULL;
    }
    pthread_mutex_unlock(&home->lock);
    return a;
}

/* Between two slices. */
static void attend(csp_vm *vm)
{
    host *h = host_of(vm);
    tasks *of = &h->tasks;
    uint32_t gone = 0;
    for (asked a; (a = take_posted(of->home)).task;) {
        process *p = of->slots[a.task->slot];
        if (a.reason)
            vm_kill(vm, p, a.reason);
        free(a.reason);
        if (!a.freed)
            continue;
        let_go(vm, a.task, p);
        free_slot(of, a.task->slot);
        of->count--;
        free_task(a.task);
        gone++;
    }
    if (gone == 0)
        return;
    pthread_mutex_lock(&of->home->lock);
    leave_home(of->home, gone);
}

bool tasks_init(host *h)
{
    task_home *home = calloc(1, sizeof *home);
    if (!home)
        return false;
    pthread_mutex_init(&home->lock, NULL);
    home->vm = h->vm;
    home->users = 1;
    h->tasks.home = home;
    h->vm->attend = attend;
    return true;
}

void tasks_free(host *h)
{
    tasks *of = &h->tasks;
    if (!of->home)
        return;
    pthread_mutex_lock(&of->home->lock);
    of->home->vm = NULL;
    uint32_t users = 1;
    for (csp_task *t = of->home->posted, *next; t; t = next) {
        next = t->next;
        if (t->freed) {
            free_task(t);
            users++;
        }
    }
    of->home->posted = NULL;
    leave_home(of->home, users);
    heap_unpin(of->slots);
    free(of->next_free);
}

/* ---- Making ---- */

static bool reserve_slot(tasks *of)
{
    if (of->free || of->used < of->capacity)
        return true;
    uint32_t capacity = of->capacity;
    process **larger = heap_grow_pinned(of->slots, &capacity, FIRST_TASKS, sizeof(process *));
    uint32_t *next = larger ? realloc(of->next_free, capacity * sizeof *next) : NULL;
    if (!next) {
        heap_unpin(larger);
        return false;
    }
    heap_unpin(of->slots);
    of->slots = larger;
    of->next_free = next;
    of->capacity = capacity;
    return true;
}

static uint32_t take_slot(tasks *of)
{
    if (!of->free)
        return of->used++;
    uint32_t slot = of->free - 1;
    of->free = of->next_free[slot];
    return slot;
}

/* A task without a process. NULL: no memory. */
static csp_task *new_task(host *h)
{
    csp_task *t = reserve_slot(&h->tasks) ? calloc(1, sizeof *t) : NULL;
    if (!t)
        return NULL;
    t->home = h->tasks.home;
    if (live_add(t, LIVE_TASK))
        return t;
    free(t);
    return NULL;
}

static void hold(host *h, csp_task *t, process *p)
{
    tasks *of = &h->tasks;
    t->number = process_number(p);
    t->slot = take_slot(of);
    of->slots[t->slot] = p;
    of->count++;
    pthread_mutex_lock(&of->home->lock);
    of->home->users++;
    pthread_mutex_unlock(&of->home->lock);
    process_set(p, PROCESS_AWAITED | PROCESS_ESCAPED);
}

/* A process that calls fn with copies. NULL: raised. */
static process *spawn(csp_vm *vm, process *owner, value fn, uint32_t argc, const value *argv)
{
    bool slow;
    process *p = spawn_quick(vm, fn, argc, argv, &slow);
    if (!p && slow) {
        value bundle = spawn_bundle(vm, owner, fn, argc, argv), message;
        if (bundle == VALUE_ABSENT ||
            host_walk(vm, owner, WALK_MESSAGE, 1, &bundle, &message) != VERDICT_DONE)
            return NULL;
        p = spawn_bundled(vm, message, argc, argv);
    }
    if (p)
        spawn_launch(vm, owner, p, 0);
    return p;
}

/* What was moved goes back. */
static void unmove_objects(csp_vm *vm, process *owner, uint32_t argc, const value *argv)
{
    value raised = vm->sched.raised, back;
    for (uint32_t i = 0; i < argc; i++)
        if (value_is(argv[i], OBJ_CELL))
            (void)host_walk(vm, owner, WALK_UNMOVE, 1, &((cell *)value_as_object(argv[i]))->item,
                            &back);
    vm->sched.raised = raised;
}

/* Objects of the host that have an owner are handed over, in cells as spawn.c wants them. False:
 * raised. */
static bool move_objects(csp_vm *vm, process *owner, uint32_t argc, value *argv)
{
    for (uint32_t i = 0; i < argc; i++) {
        if (!value_is(argv[i], OBJ_HOSTED) || value_is_immutable(argv[i]))
            continue;
        cell *wrapped = heap_alloc(vm_heap(vm), HEAP_TRACED, sizeof *wrapped);
        if (!wrapped)
            vm_raise_memory(vm);
        value moved;
        if (!wrapped || host_walk(vm, owner, WALK_MOVE, 1, &argv[i], &moved) != VERDICT_DONE) {
            unmove_objects(vm, owner, i, argv);
            return false;
        }
        *wrapped = (cell){.header = OBJ_CELL, .item = moved, .name = VALUE_NIL};
        argv[i] = value_object(wrapped);
    }
    return true;
}

static csp_status start(host *h, value fn, uint32_t argc, value *argv, csp_task **task)
{
    process *owner = host_owner(h);
    if (!owner)
        return CSP_E_MEMORY;
    csp_task *t = task ? new_task(h) : NULL;
    if (task && !t)
        return host_fail_memory(h);
    process *p = NULL;
    if (move_objects(h->vm, owner, argc, argv)) {
        p = spawn(h->vm, owner, fn, argc, argv);
        if (!p)
            unmove_objects(h->vm, owner, argc, argv);
    }
    if (!p) {
        if (t && live_take(t, LIVE_TASK))
            free(t);
        /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): if it is not alive it was freed elsewhere */
        return host_fail_raised(h);
    }
    if (t)
        hold(h, *task = t, p);
    return CSP_OK;
}

csp_status csp_spawn(csp_vm *vm, csp_value fn, uint32_t argc, const csp_value *argv,
                     csp_task **task)
{
    if (task)
        *task = NULL;
    if (!argv && argc > 0)
        return door_misuse(vm, __func__, "the arguments are NULL");
    host *h = door_enter(vm, __func__, DOOR_NATIVE);
    if (!h)
        return CSP_E_MISUSE;
    value few[FEW], function, *args = argc <= FEW ? few : heap_pinned(argc * sizeof *args);
    bool given = args && handle_value(h, fn, __func__, &function);
    for (uint32_t i = 0; given && i < argc; i++)
        given = handle_value(h, argv[i], __func__, &args[i]);
    csp_status status;
    if (!args)
        status = host_fail_memory(h);
    else if (!given)
        status = host_pending(h, __func__);
    else if (vm->exit_status >= 0)
        status = CSP_EXIT;
    else if (h->world->ran)
        status = door_misuse(vm, __func__, "the VM has run its program");
    else
        status = start(h, function, argc, args, task);
    if (args != few)
        heap_unpin(args);
    door_leave(h);
    return status;
}

/* ---- Asking ---- */

/* Enters the VM of a task. NULL: *status says why. */
static host *enter_for(csp_task *t, const char *function, csp_status *status)
{
    *status = CSP_E_MISUSE;
    if (live_kind_of(t) != LIVE_TASK)
        return NULL;
    pthread_mutex_lock(&t->home->lock);
    csp_vm *vm = t->home->vm;
    pthread_mutex_unlock(&t->home->lock);
    if (!vm) {
        *status = CSP_E_CLOSED;
        return NULL;
    }
    return door_enter(vm, function, DOOR_NATIVE);
}

static csp_status outcome(host *h, csp_task *t, csp_value *result)
{
    process *p = h->tasks.slots[t->slot], *owner = host_owner(h);
    value v;
    if (!owner)
        return CSP_E_MEMORY;
    if (!process_ended(p))
        return CSP_EMPTY;
    t->seen = true;
    if (process_failed(p)) {
        error_set_crash(h->world, "error", p, p->value);
        return CSP_E_CRASH;
    }
    if (!result)
        return CSP_OK;
    if (value_is_immutable(p->value))
        v = p->value;
    else if (host_walk(h->vm, owner, WALK_COPY, 1, &p->value, &v) != VERDICT_DONE)
        return host_fail_raised(h);
    *result = handle_new(h, v, "csp_task_result");
    return result->word ? CSP_OK : host_pending(h, "csp_task_result");
}

csp_status csp_task_result(csp_task *t, csp_value *result)
{
    if (result)
        *result = CSP_NONE;
    csp_status status;
    host *h = enter_for(t, __func__, &status);
    if (!h)
        return status;
    status = outcome(h, t, result);
    door_leave(h);
    return status;
}

csp_status csp_task_wait(csp_task *t, int milliseconds)
{
    csp_status status;
    host *h = enter_for(t, __func__, &status);
    if (!h)
        return status;
    if (h->context) {
        status = door_misuse(h->vm, __func__, "it may not be called from a native of its VM");
        door_leave(h);
        return status;
    }
    if (!host_start(h, __func__))
        return CSP_E_MISUSE;
    status = run_until(h, h->tasks.slots[t->slot], milliseconds);
    host_end(h);
    return status;
}

csp_value csp_task_process(csp_task *t)
{
    csp_status status;
    host *h = enter_for(t, __func__, &status);
    if (!h)
        return CSP_NONE;
    csp_value v = handle_new(h, value_object(h->tasks.slots[t->slot]), __func__);
    door_leave(h);
    return v;
}

uint64_t csp_task_number(const csp_task *t) { return live_kind_of(t) == LIVE_TASK ? t->number : 0; }

/* ---- From any thread ---- */

/* The lock is held, and given back: the VM is to look at the task. */
static void post(task_home *home, csp_task *t)
{
    if (!t->posted) {
        t->posted = true;
        t->next = home->posted;
        home->posted = t;
    }
    bell *b = bell_hold(home->vm->bell);
    atomic_store(&home->vm->attention, true);
    pthread_mutex_unlock(&home->lock);
    bell_ring(b, true);
    bell_free(b);
}

void csp_task_kill(csp_task *t, const char *reason)
{
    if (live_kind_of(t) != LIVE_TASK)
        return;
    char *copy = strdup(reason ? reason : "killed");
    task_home *home = t->home;
    pthread_mutex_lock(&home->lock);
    if (!home->vm || t->reason || !copy) {
        pthread_mutex_unlock(&home->lock);
        free(copy);
        return;
    }
    t->reason = copy;
    post(home, t);
}

void csp_task_free(csp_task *t)
{
    if (!live_take(t, LIVE_TASK))
        return;
    task_home *home = t->home;
    pthread_mutex_lock(&home->lock);
    if (!home->vm) {
        free_task(t);
        leave_home(home, 1);
        return;
    }
    t->freed = true;
    post(home, t);
}

/* ---- Any process ---- */

csp_status csp_kill(csp_vm *vm, uint64_t number, const char *reason)
{
    host *h = door_enter(vm, __func__, 0);
    if (!h)
        return CSP_E_MISUSE;
    uint32_t all = UINT32_MAX;
    process *p = process_live(vm, number, &all);
    csp_status status = CSP_OK;
    if (p)
        vm_kill(vm, p, reason ? reason : "killed");
    else
        status = host_fail(h, CSP_E_NOT_FOUND, "not_found", "there is no process %llu",
                           (unsigned long long)number);
    door_leave(h);
    return status;
}

/* Dir.watch: what changes in a folder, as messages. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "stdlib/errand_call.h"
#include "stdlib/natives.h"
#include "stdlib/system.h"
#include "vm/outside/loop.h"
#include "vm/process/port_end.h"

/* So many messages that nobody has taken; what else has happened is the kernel's to keep. */
enum { WAITING = 256 };

typedef struct watching {
    port_source source;
    loop_watched watched;
    csp_vm *vm;
    port *port;
    int fd;    /* inotify's */
    bool full; /* there is more to be read, perhaps */
    bool lost; /* something is not known */
    char *path;
} watching;

/* --- messages; false: no memory */

static bool tell(watching *w, const char *kind, value name)
{
    csp_vm *vm = w->vm;
    value made = name != VALUE_ABSENT ? map_new(vm, NULL, 2) : VALUE_ABSENT;
    if (made == VALUE_ABSENT || !system_put(vm, made, "kind", str_intern(vm, kind, strlen(kind))) ||
        !system_put(vm, made, "name", name))
        return port_feed(vm, w->port, VALUE_ABSENT);
    value_map(made)->header = OBJ_MAP | OBJ_IMMUTABLE | OBJ_FROZEN;
    return port_feed(vm, w->port, made);
}

static bool tell_lost(watching *w)
{
    const system_failure f = {.op = "watch",
                              .key = "path",
                              .subject = w->path,
                              .kind = "overflow",
                              .why = "more has happened than could be kept"};
    return port_feed(w->vm, w->port, system_error(w->vm, NULL, &f));
}

/* --- events */

static const struct {
    uint32_t mask;
    const char *kind;
} kinds[] = {
    {IN_CREATE | IN_MOVED_TO, "created"},
    {IN_DELETE | IN_MOVED_FROM, "removed"},
    {IN_MODIFY | IN_ATTRIB, "changed"},
};
enum { OWN_END = IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_IGNORED };

static void dir_watch(errand *e)
{
    const uint32_t mask = IN_CREATE | IN_DELETE | IN_MODIFY | IN_ATTRIB | IN_MOVED_FROM |
                          IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
    place at;
    char open_one[40];
    if (!errand_find(e, 0, MAY_READ, true, &at))
        return;
    int folder = at.real ? place_open_folder(&at) : -1;
    snprintf(open_one, sizeof open_one, "/proc/self/fd/%d", folder);
    if (!at.real || folder >= 0)
        e->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (e->fd < 0 || inotify_add_watch(e->fd, at.real ? open_one : at.name, mask) < 0)
        e->error = errno;
    if (folder >= 0)
        close(folder);
    place_free(&at);
}

/* False: the folder itself is no longer there. */
static bool take_event(watching *w, const struct inotify_event *event)
{
    if (event->mask & IN_Q_OVERFLOW)
        w->lost = true;
    if (event->mask & OWN_END) {
        tell(w, "removed", str_intern(w->vm, ".", 1));
        return false;
    }
    for (size_t i = 0; event->len > 0 && i < sizeof kinds / sizeof *kinds; i++)
        if ((event->mask & kinds[i].mask) &&
            !tell(w, kinds[i].kind, system_name(w->vm, event->name, strlen(event->name))))
            w->lost = true;
    if (w->lost)
        w->lost = !tell_lost(w);
    return true;
}

/* False: the watching has ended, and w is gone. */
static bool take_some(watching *w)
{
    _Alignas(struct inotify_event) char events[4096];
    ssize_t got = read(w->fd, events, sizeof events);
    const char *at = events;
    if (got <= 0) {
        w->full = false;
        return true;
    }
    while (at < events + got) {
        const struct inotify_event *event = (const struct inotify_event *)(const void *)at;
        if (!take_event(w, event)) {
            port_feed_end(w->vm, w->port);
            return false;
        }
        at += sizeof *event + event->len;
    }
    return true;
}

static void feed(watching *w)
{
    w->full = true;
    while (w->full && port_feed_waiting(w->port) < WAITING)
        if (!take_some(w))
            return;
}

static void on_ready(loop_watched *watched, bool reads, bool writes)
{
    (void)writes;
    if (reads)
        feed((watching *)((char *)watched - offsetof(watching, watched)));
}

static void on_room(port_source *s)
{
    watching *w = (watching *)s;
    if (w->full)
        feed(w);
}

static void on_gone(port_source *s)
{
    watching *w = (watching *)s;
    struct loop *l = vm_loop(w->vm);
    if (l)
        loop_remove(l, w->fd);
    close(w->fd);
    free(w->path);
    free(w);
}

/* --- the native */

/* The errand's descriptor is its own from now on; NULL: raised. */
static watching *watching_new(csp_vm *vm, errand *e, channel **c)
{
    watching *w = calloc(1, sizeof *w);
    if (!w || !(w->path = strdup(e->paths[0]))) {
        free(w);
        vm_raise_memory(vm);
        return NULL;
    }
    w->source = (port_source){.room = on_room, .gone = on_gone};
    w->watched.ready = on_ready;
    w->vm = vm;
    w->fd = e->fd;
    w->port = port_feed_open(vm, &w->source, c);
    if (!w->port) {
        free(w->path);
        free(w);
        return NULL;
    }
    e->fd = -1;
    return w;
}

static verdict give_channel(csp_vm *vm, process *p, errand *e, value *slots, value *result)
{
    (void)slots;
    channel *c;
    watching *w = watching_new(vm, e, &c);
    if (!w)
        return VERDICT_FAIL;
    struct loop *l = vm_loop(vm);
    int why = l ? loop_add(l, w->fd, &w->watched) : errno;
    *result = value_object(c);
    if (why == 0)
        return VERDICT_DONE;
    const system_failure f = {.error = why, .op = "watch", .key = "path", .subject = e->paths[0]};
    port_feed_end(vm, w->port);
    return vm_give(vm, system_error(vm, p, &f), result);
}

ERRAND_NATIVE(watch, "watch", dir_watch, MAY_READ, 1, 1, -1, NULL, give_channel)

const native_entry dir_watch_natives[] = {
    {"watch", "watch(path)",
     "a channel of what changes in the folder, each a map of kind (\"created\", \"removed\" or "
     "\"changed\") and name, until it is closed; when the folder itself goes, name is \".\", and "
     "the "
     "channel is closed. What was too much to be kept comes as the error value overflow",
     native_watch, 1, 1, ERRAND_SLOTS},
    {0},
};

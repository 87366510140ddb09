#include "api/host/host.h"

#include <stdlib.h>

#include "api/error.h"

host *host_new(world *w)
{
    host *h = calloc(1, sizeof *h);
    if (!h)
        return NULL;
    h->vm = w->vm;
    h->world = w;
    w->host = h;
    if (handles_init(h) && natives_init(h) && refs_init(h) && tasks_init(h) && ports_init(h) &&
        door_open(h))
        return h;
    host_free(h);
    return NULL;
}

void host_free(host *h)
{
    if (!h)
        return;
    classes_free(h);
    h->world->host = NULL;
    ports_free(h);
    tasks_free(h);
    refs_free(h);
    natives_free(h);
    handles_free(h);
    error_free(h->misuse);
    free(h);
}

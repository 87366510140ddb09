#include "vm/outside/thread.h"

#include <pthread.h>
#include <signal.h>

#include "gc/stranger.h"

int thread_start(void *(*work)(void *data), void *data)
{
    sigset_t blocked, before;
    heap_stranger_signals(&blocked);
    pthread_sigmask(SIG_SETMASK, &blocked, &before);
    pthread_attr_t detached;
    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    pthread_t thread;
    int why = pthread_create(&thread, &detached, work, data);
    pthread_attr_destroy(&detached);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return why;
}

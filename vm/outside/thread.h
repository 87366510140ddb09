/* Threads beside the VM's own. */
#ifndef CSP_VM_OUTSIDE_THREAD_H
#define CSP_VM_OUTSIDE_THREAD_H

/* Starts a detached thread that the collector does not know, and that gets no signals: those are
 * the program's. 0, or an errno. */
int thread_start(void *(*work)(void *data), void *data);

#endif

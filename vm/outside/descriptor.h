/* Standard output and error as descriptors. Writing never makes anybody wait, whatever they lead
 * to, and does not change what others see of them (O_NONBLOCK belongs to all who share the
 * description). */
#ifndef CSP_VM_OUTSIDE_DESCRIPTOR_H
#define CSP_VM_OUTSIDE_DESCRIPTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

typedef enum descriptor_kind {
    DESCRIPTOR_FILE,   /* never makes anybody wait for long */
    DESCRIPTOR_PIPE,   /* takes PIPE_BUF bytes at once when it is ready */
    DESCRIPTOR_TTY,    /* may wait even when it is ready */
    DESCRIPTOR_SOCKET, /* told in each call not to wait */
    DESCRIPTOR_OWN     /* does not wait: it was made so, or it is a description of our own */
} descriptor_kind;

typedef struct out_descriptor {
    int fd;     /* what is written to */
    int stream; /* 1 or 2 */
    descriptor_kind kind;
    bool tty;
    bool tried; /* whether a description of our own was tried */
} out_descriptor;

/* What `stream` is now. 0, or an errno if it cannot be written to. */
int descriptor_open(out_descriptor *d, int stream);
void descriptor_close(out_descriptor *d); /* closes what is our own */
/* Whether both lead to the same pipe, terminal or socket, so that order is kept only if one of them
 * writes everything. */
bool descriptor_same(const out_descriptor *a, const out_descriptor *b);
/* Writes as much of the text as is taken at once, at most one step's worth: the number of bytes; 0:
 * not ready; less than 0: -errno. */
ssize_t descriptor_write(out_descriptor *d, const char *text, size_t size);

#endif

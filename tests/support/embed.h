/* What tests of the embedding share: a VM with a session in which natives can be called, and a
 * record of the misuse that it was told of. */
#ifndef CSP_TESTS_SUPPORT_EMBED_H
#define CSP_TESTS_SUPPORT_EMBED_H

#include "include/csp.h"

typedef struct embed {
    csp_vm *vm;
    csp_session *session;
} embed;

/* With those natives as the module "host", which is imported. */
embed embed_open(const csp_native *natives, size_t count);
void embed_close(embed *e);

/* Evaluates; the result as `repr` shows it is this one (NULL: there is none). */
void embed_gives(embed *e, const char *text, const char *shown);
/* It fails with an error of that kind, whose message has that text in it. */
void embed_fails(embed *e, const char *text, const char *kind, const char *message);
/* The VM's error is of that kind, with a message that has that text in it; it is taken. */
void embed_error(csp_vm *vm, const char *kind, const char *message);

/* csp_config.write: what VMs have printed so far, on both streams; what has no room is lost. */
extern char embed_printed[1 << 16];
void embed_take(void *user, int stream, const char *text, size_t size);

#endif

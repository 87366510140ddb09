/* The environment of a VM: its own copy of the OS process's, made when it is first asked for, since
 * setenv is not thread-safe and several VMs may run on several threads. It is the VM's thread's. */
#ifndef CSP_VM_OUTSIDE_ENVIRONMENT_H
#define CSP_VM_OUTSIDE_ENVIRONMENT_H

#include <stdbool.h>

struct csp_vm;

/* The value of a variable, valid until something is set; NULL: it is not set, or there is no memory
 * for the copy. */
const char *environment_get(struct csp_vm *vm, const char *name);
/* Sets a variable; text NULL: removes it. The name must not be empty or contain `=`. False: no
 * memory. */
bool environment_set(struct csp_vm *vm, const char *name, const char *text);
/* All of them, "NAME=text", ending with NULL; valid until something is set. NULL: no memory. */
const char *const *environment_all(struct csp_vm *vm);
/* A malloc'ed block with the array, followed by all of its texts. `changes` are applied to it:
 * "NAME=text" to set and "NAME" to remove, ending with NULL. NULL: no memory. */
char **environment_copy(struct csp_vm *vm, const char *const *changes);
/* The value of a variable in any such array. */
const char *environment_find(const char *const *all, const char *name);
void environment_free(struct csp_vm *vm);

#endif

/* The environment of a VM: its own copy of the OS process's, made when it is first asked for, since
 * setenv is not thread-safe and several VMs may run on several threads. It is the VM's thread's. */
#ifndef CSP_VM_OUTSIDE_ENVIRONMENT_H
#define CSP_VM_OUTSIDE_ENVIRONMENT_H

#include <stdbool.h>

struct csp_vm;

/* The variable, until something is set; NULL: it is not set, or there is no memory for the copy. */
const char *environment_get(struct csp_vm *vm, const char *name);
/* NULL: takes it away. The name is not empty and has no `=`. False: no memory. */
bool environment_set(struct csp_vm *vm, const char *name, const char *text);
/* All of them, "NAME=text", with a NULL behind the last; they last until something is set. NULL: no
 * memory. */
const char *const *environment_all(struct csp_vm *vm);
/* A malloc'ed block: the array and behind it all of its texts. `changes`, "NAME=text" to set and
 * "NAME" to take away, with a NULL behind the last, are made in it. NULL: no memory. */
char **environment_copy(struct csp_vm *vm, const char *const *changes);
/* The same variable in any such array. */
const char *environment_find(const char *const *all, const char *name);
void environment_free(struct csp_vm *vm);

#endif

/* Values as text. */
#ifndef CSP_VM_WALK_WALK_SHOW_H
#define CSP_VM_WALK_WALK_SHOW_H

#include "vm/code/native.h"

struct text;
struct show_walk;

/* repr of v in one go, for reports and tools (not for programs): at most `limit` bytes,
 * then `…`. */
bool walk_show(csp_vm *vm, struct text *t, value v, size_t limit);
/* The same for somebody who has asked for v: includes ints whose digits take long to make. */
bool walk_show_whole(csp_vm *vm, struct text *t, value v, size_t limit);

/* A text under way: `parts` (a tuple or list) one after the other, each as by STR, or the first as
 * by REPR. NULL: raised. */
struct show_walk *walk_text_new(csp_vm *vm, bool repr, const char *separator);
const struct text *walk_text_of(const struct show_walk *w);
/* For a resumable native, which must return what this returns, except DONE: then the text is
 * complete. YIELD, CALL, FAIL. */
verdict walk_text_step(csp_vm *vm, process *p, struct show_walk *w, value parts);
/* Adds bytes as they are. False: out of memory. */
bool walk_text_add(struct show_walk *w, const char *data, size_t size);
/* Once it is complete: adds `end`, and makes the text one block, for walk_text_of. DONE,
 * YIELD, FAIL. */
verdict walk_text_finish(csp_vm *vm, struct show_walk *w, const char *end);

/* The steps; walk.c has their slots. */
native_fn walk_run_str, walk_run_repr, walk_run_join;

#endif

/* A text of any length under way: what is added piece by piece lies in a chain of chunks, so that
 * it never has to be moved as it grows, and becomes a string in steps. It is an object, for a slot
 * to hold. */
#ifndef CSP_VM_DATA_DRAFT_H
#define CSP_VM_DATA_DRAFT_H

#include "vm/core/concurrency.h"
#include "vm/core/text.h"

typedef struct draft_chunk {
    struct draft_chunk *next;
    const char *text;
    size_t size;
    const string *of; /* whose text it is: a long string is not copied before the end */
} draft_chunk;

typedef struct draft {
    uint64_t header;
    text tail;                 /* what was added last: text_add and the like go here */
    draft_chunk *first, *last; /* what was added before */
    size_t size, length;       /* of the chunks: bytes, code points */
    string *made;              /* the string … */
    /* … and what of the chain is still to be copied there: from this chunk's byte … */
    draft_chunk *next;
    size_t copied, at; /* … `copied` on, to byte `at` */
} draft;

void draft_init(draft *d, csp_vm *vm); /* of one that is part of an object: all zeroes before */
/* Begins or goes on with the draft in a slot; NULL: raised. */
draft *draft_in_slot(csp_vm *vm, value *slot);
/* Between two pieces: lets a tail that is long enough become a chunk. FAIL: memory has run out, now
 * or before. */
verdict draft_settle(csp_vm *vm, draft *d);
static inline size_t draft_size(const draft *d) { return d->size + d->tail.used; }
/* Adds bytes [*at, size) of a text, a step's worth, charged: true: all of them. */
bool draft_add_step(csp_vm *vm, draft *d, const char *utf8, size_t size, size_t *at);
/* Adds a whole string, or what is behind its first `from` bytes, which are ASCII; at once however
 * long it is. False: memory has run out. */
bool draft_add_string(csp_vm *vm, draft *d, const string *s);
bool draft_add_rest(csp_vm *vm, draft *d, const string *s, uint32_t from);
/* The whole as a string: DONE, YIELD or FAIL. Nothing may be added once this was called. */
verdict draft_string(csp_vm *vm, draft *d, value *result);
/* Makes the whole one block: the tail, to which nothing may be added any more. DONE, YIELD or
 * FAIL. */
verdict draft_flatten(csp_vm *vm, draft *d);

#endif

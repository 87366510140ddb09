/* A text of any length under construction. What is added piece by piece lies in a chain of chunks,
 * so it is never moved as it grows, and becomes a string in steps. It is an object, so that a slot
 * can hold it. */
#ifndef CSP_VM_DATA_DRAFT_H
#define CSP_VM_DATA_DRAFT_H

#include "vm/core/concurrency.h"
#include "vm/core/text.h"

typedef struct draft_chunk {
    struct draft_chunk *next;
    const char *text;
    size_t size;
    const string *of; /* the source of the text: a long string is not copied before the end */
} draft_chunk;

typedef struct draft {
    uint64_t header;
    text tail;                 /* what was added last: text_add and the like go here */
    draft_chunk *first, *last; /* what was added earlier */
    size_t size, length;       /* of the chunks: bytes, code points */
    string *made;              /* the string, as far as it is made */
    /* Where copying to it goes on: this chunk's byte `copied` goes to byte `at` of the string. */
    draft_chunk *next;
    size_t copied, at; /* offsets in `next` and in `made` */
} draft;

/* Initializes a draft that is part of another object; it must be all zeroes. */
void draft_init(draft *d, csp_vm *vm);
/* Begins the draft in a slot, or goes on with it; NULL: raised. */
draft *draft_in_slot(csp_vm *vm, value *slot);
/* Between two pieces: turns a tail that is long enough into a chunk. FAIL: memory has run out, now
 * or before. */
verdict draft_settle(csp_vm *vm, draft *d);
static inline size_t draft_size(const draft *d) { return d->size + d->tail.used; }
/* Adds the bytes [*at, size) of a text, one step's worth, and charges for them. True: all
 * are added. */
bool draft_add_step(csp_vm *vm, draft *d, const char *utf8, size_t size, size_t *at);
/* Adds a whole string, or all but its first `from` bytes, which are ASCII; in constant time,
 * however long it is. False: memory has run out. */
bool draft_add_string(csp_vm *vm, draft *d, const string *s);
bool draft_add_rest(csp_vm *vm, draft *d, const string *s, uint32_t from);
/* The whole as a string: DONE, YIELD or FAIL. Nothing may be added after this was called. */
verdict draft_string(csp_vm *vm, draft *d, value *result);
/* Makes the whole one block, the tail, to which nothing may be added any more. DONE, YIELD
 * or FAIL. */
verdict draft_flatten(csp_vm *vm, draft *d);

#endif

/* Arrays that grow. */
#ifndef CSP_REPL_ROOM_H
#define CSP_REPL_ROOM_H

#include <stddef.h>

/* The malloc'ed array, or a larger one in its place, with room for one more item of that size
 * behind the first `count`; *capacity says how many it has room for. NULL: no memory, and the array
 * is as it was. */
void *room_for_one(void *items, size_t count, size_t *capacity, size_t size);

#endif

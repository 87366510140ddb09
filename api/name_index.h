/* From names to numbers, by hashing: on average one comparison per look-up, however many names
 * there are. */
#ifndef CSP_API_NAME_INDEX_H
#define CSP_API_NAME_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#define NAME_INDEX_NONE UINT32_MAX

typedef struct name_slot {
    const char *name; /* NULL: free */
    uint32_t hash, number;
} name_slot;

/* All zero: empty. Open addressing, at most half full. */
typedef struct name_index {
    name_slot *slots;
    uint32_t count, mask;
} name_index;

/* NAME_INDEX_NONE: the name is not there. */
uint32_t name_index_find(const name_index *names, const char *name);
/* Makes room for this many names in all, so that adding them cannot fail. False: no memory. */
bool name_index_reserve(name_index *names, uint32_t count);
/* Enters the name, for which room has been made, or changes its number. A new name is not copied:
 * it must stay valid. */
void name_index_set(name_index *names, const char *name, uint32_t number);
/* Takes out a name that is there. */
void name_index_remove(name_index *names, const char *name);
void name_index_clear(name_index *names);

#endif

/* What C calls the types that `extern` has: for messages, which say how they are written here. The
 * table is base/foreign_c.def. */
#ifndef CSP_BASE_FOREIGN_C_H
#define CSP_BASE_FOREIGN_C_H

#include <stdbool.h>

/* As in base/foreign_c.def; type "": no call can pass it. */
typedef struct foreign_ctype {
    const char *names, *type, *of_pointer;
} foreign_ctype;

/* All rows; ends with one of NULLs. */
extern const foreign_ctype foreign_ctypes[];

/* The row of a type, its words joined by `_`; NULL: there is none. Takes a microsecond or so. */
const foreign_ctype *foreign_find_ctype(const char *name);

/* Whether the word says nothing about how a value is passed (`const`). */
bool foreign_is_c_prefix(const char *word);

#endif

/* What names and words of other languages are called here, for messages that suggest it. The tables
 * are base/foreign.def and base/foreign_words.def. */
#ifndef CSP_BASE_FOREIGN_H
#define CSP_BASE_FOREIGN_H

#include <stdbool.h>
#include <stddef.h>

typedef struct foreign_row {
    /* as in base/foreign.def; homes: NULL for a global or a word */
    const char *homes, *names, *lead, *here, *tail;
} foreign_row;

typedef struct foreign_module {
    const char *names, *module;
} foreign_module;

/* All rows, words separate from names; each table ends with a row of NULLs. */
extern const foreign_row foreign_names[], foreign_words[];
extern const foreign_module foreign_modules[];

/* bytes: room for any hint, except for what stands in a program's own text */
enum { FOREIGN_HINT = 256 };

/* The row of a global, and of `home.member`; NULL: there is none. Takes a few microseconds. */
const foreign_row *foreign_find(const char *name);
const foreign_row *foreign_find_member(const char *home, const char *member);

/* The row of a word that begins a statement in another language; NULL: there is none. */
const foreign_row *foreign_find_word(const char *name);

/* The module here that has the members of another language's module `name`: "" is none;
 * NULL: unknown. */
const char *foreign_find_module(const char *name);

/* The name of the type here, or NULL. */
const char *foreign_find_type(const char *name);

/* "write `len(x)`": the row as a hint, cut to `size`. */
void foreign_hint(const foreign_row *row, char *out, size_t size);

/* A call, as in the source, of what would be a method elsewhere. */
typedef struct foreign_call {
    const char *subject, *const *args;
    size_t count;
} foreign_call;

/* How `x.member` is written here for an x of type `type` ("list", "chan" …): a hint, cut to `size`.
 * call: the call to show in it if it fits, or NULL. False: unknown. */
bool foreign_method(const char *type, const char *member, const foreign_call *call, char *out,
                    size_t size);

#endif

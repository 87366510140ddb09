/* C libraries of programs: passes what `extern` declares to the room ffi. */
#ifndef CSP_API_FOREIGN_H
#define CSP_API_FOREIGN_H

#include "api/world.h"

/* For the resolver: see resolve_world in resolve.h. A home is that of a declared library; it and
 * all that it returns live as long as the world. */
bool foreign_declare(world *w, const ast_extern *block, diag_list *diags, const void **home);
resolve_status foreign_member(const void *home, const char *name, resolve_symbol *out);
void foreign_each_member(const void *home, void (*each)(void *user, const char *name), void *user);
resolve_status foreign_value(const void *home, resolve_symbol *out);
void foreign_free(struct foreign_library *l); /* with those behind it */

/* How a function or struct is declared. */
typedef struct foreign_description {
    const char *text; /* "cos(x: f64): f64" */
    const char *doc;  /* its `##` lines; NULL: none */
    bool blocking;
} foreign_description;
/* False: there is none. */
bool foreign_describe(const void *home, const char *name, foreign_description *out);

#endif

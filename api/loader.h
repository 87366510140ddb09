/* The modules that programs import. Each is compiled when it is first imported, and run once, as a
 * part of its importer's body, before the importer's first statement. */
#ifndef CSP_API_LOADER_H
#define CSP_API_LOADER_H

#include "api/world.h"

/* Forgets the modules that have not run to their end, because what imports them did not compile or
 * failed before: the next import starts afresh. To be called before a text is compiled. */
void loader_settle(world *w);
void loader_free(world *w);

/* Whether a module that the host has added has been imported. */
bool loader_has(const world *w, const struct host_module *offered);

/* For the resolver: see resolve_world in resolve.h. */
bool loader_import(world *w, const char *path, size_t length, src_span at, diag_list *diags,
                   resolve_import *out);
resolve_status loader_member(world *w, const void *home, const char *name, resolve_symbol *out);
void loader_each_member(const void *home, void (*each)(void *user, const char *name), void *user);

/* The natives that the host has added under the name of a standard module that it has omitted: they
 * need no `import`. Whether there are any; one of them; all of their names. */
bool loader_replaces(const world *w, const char *home);
resolve_status loader_replacement(world *w, const char *home, const char *name,
                                  resolve_symbol *out);
void loader_each_replacement(const world *w, const char *home,
                             void (*each)(void *user, const char *name), void *user);

/* What traces call the body of the text that is being compiled; NULL: it is not an
 * imported module. */
const char *loader_body_name(const world *w);

/* The code of an imported module. NULL: these are the natives of a module, imported by its own
 * text. */
const module *loader_code(const void *home);
/* The native of that name, unless the module's text exports the name; NULL: there is none. */
const native_entry *loader_native(const void *home, const char *name);

#endif

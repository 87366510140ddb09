/* What the resolver is told of a function. */
#ifndef CSP_API_SYMBOL_H
#define CSP_API_SYMBOL_H

#include "api/world.h"

void symbol_of_native(world *w, const native_entry *entry, resolve_symbol *out);
/* False: no memory. */
bool symbol_of_closure(world *w, const closure *fn, resolve_symbol *out);
/* The same of whatever a standard module exports. */
bool symbol_of_export(world *w, const module_export *e, resolve_symbol *out);

#endif

/* Json.write. */
#ifndef CSP_STDLIB_JSON_WRITE_H
#define CSP_STDLIB_JSON_WRITE_H

#include "vm/native.h"

/* As a native: (v, indent = nil, sort = false); resumable. */
enum { JSON_WRITE_SLOTS = 1 };
native_fn json_write_native;

#endif

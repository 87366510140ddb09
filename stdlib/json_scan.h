/* Where JSON documents that follow each other end; whether they are JSON is for the parser. */
#ifndef CSP_STDLIB_JSON_SCAN_H
#define CSP_STDLIB_JSON_SCAN_H

#include "vm/native.h"

/* As a native: (part, at, state): goes on in the bytes `part` from offset `at`, with the state of
 * the part before (0: the first). Returns (end, state). end: the offset after the document that
 * ends here, or nil: it goes on in the next part; then the state is 0 if only blanks have come. A
 * number or word ends before what follows it, so the last one ends with the stream. */
native_fn json_scan_native;

#endif

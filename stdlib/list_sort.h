/* Sorting of lists: stable, in slices, with a key function and comparisons that may run code of the
 * language. */
#ifndef CSP_STDLIB_LIST_SORT_H
#define CSP_STDLIB_LIST_SORT_H

#include "vm/native.h"

enum { LIST_SORT_SLOTS = 7 };

/* As natives: (xs, by = nil). */
native_fn list_sort, list_sort_in_place;

#endif

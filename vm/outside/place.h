/* Paths found without leaving what is granted (confine.h): a path becomes a folder, held open, and
 * a name in it that is no link. Each step is taken from the open folder of the one before, links
 * are read and followed by their text, and nothing outside is even looked at. So neither links,
 * `..` nor the magic links of /proc lead out, whatever others change meanwhile. [any thread] */
#ifndef CSP_VM_OUTSIDE_PLACE_H
#define CSP_VM_OUTSIDE_PLACE_H

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>

#include "vm/outside/confine.h"

/* In place of an errno: it lies outside. */
enum { PLACE_OUTSIDE = 0x7001 };

typedef struct place {
    int dir;          /* where `name` is: AT_FDCWD, or a descriptor of its own */
    const char *name; /* "." for the folder itself */
    char *real;       /* the whole path, without links; NULL: nothing limits it, and `name` is
                       * the path as it was given */
} place;

/* Finds where the path leads; what it names last need not be there. `follow`: also if that is a
 * link. `needs` (MAY_…) must hold there. 0, or an errno, and there is no place. `c` NULL: nothing
 * is limited. `path` is used as long as the place is. */
int place_find(place *at, const confine *c, const char *path, uint64_t needs, bool follow);
void place_free(place *at);

/* For open and for the calls that take AT_…: the name is no link, and must not have become one. */
static inline int place_open_flags(const place *at) { return at->real ? O_NOFOLLOW : 0; }
static inline int place_at_flags(const place *at) { return at->real ? AT_SYMLINK_NOFOLLOW : 0; }

/* Whether it may not be moved or removed, since a place that is granted is there or below. */
bool place_is_fixed(const place *at, const confine *c);
/* The folder, opened only to be gone through (O_PATH); -1: errno. */
int place_open_folder(const place *at);

#endif

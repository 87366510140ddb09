/* Where what is granted holds: the folders and files, the hosts and ports that a host of the VM has
 * listed. Immutable once the VM runs, and counted, since what workers do may outlive it. [any
 * thread] */
#ifndef CSP_VM_OUTSIDE_CONFINE_H
#define CSP_VM_OUTSIDE_CONFINE_H

#include <stdbool.h>
#include <stdint.h>

#include "vm/outside/address.h"

typedef struct confine confine;

/* NULL: no memory. */
confine *confine_new(void);
confine *confine_hold(confine *c); /* NULL is allowed */
void confine_drop(confine *c);     /* the last one frees it; NULL is allowed */

typedef enum confine_result {
    CONFINE_OK,
    CONFINE_UNKNOWN, /* no such word, or no place for it after the colon */
    CONFINE_NOWHERE, /* there is no such folder */
    CONFINE_MEMORY
} confine_result;

/* Adds a place: "read:DIR", "write:DIR", "connect:HOST", "listen:HOST:PORT", "net:unix:PATH". A
 * path may be a file's, which need not be there, in a folder that is; it is followed now. */
confine_result confine_add(confine *c, const char *text);
/* To be called when all places have been added: capabilities of `granted` that have none hold
 * everywhere. False: no memory. */
bool confine_complete(confine *c, uint64_t granted);
/* The capabilities for which there are places. */
uint64_t confine_limited(const confine *c);

/* --- paths that are absolute and lead through no link */

/* Whether all capabilities in `needs` hold at that path; c NULL: they do. */
bool confine_allows(const confine *c, uint64_t needs, const char *real);
/* Of the capabilities for which there are places, those that hold there. */
uint64_t confine_rights(const confine *c, const char *real);
/* Whether a place is at that path or below it, so that it must stay where it is. */
bool confine_is_root(const confine *c, const char *real);
/* The real path of the place that is called `path`, as it was given or as it is; NULL: none is. */
const char *confine_root(const confine *c, const char *path);

/* --- hosts */

/* Whether `capability` holds for it. any_port: whatever port there is. */
bool confine_host(const confine *c, uint64_t capability, const address_name *name, bool any_port);
/* The same for an address: only places that are given as numbers count. */
bool confine_address(const confine *c, uint64_t capability, const address *at);

#endif

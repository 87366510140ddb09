/* Time zones by the system's tz database: TZif files (RFC 8536) and the rules of POSIX behind them.
 * libc knows one zone at a time for the whole OS process, and each VM has a variable TZ of its own;
 * so the files are read here. Times are seconds since 1970. */
#ifndef CSP_STDLIB_ZONE_H
#define CSP_STDLIB_ZONE_H

#include "stdlib/zone_rule.h"

/* A zone, to be copied as it is: what it points to is never freed. */
typedef struct zone {
    uint32_t count; /* of changes */
    uint32_t clock_count;
    int64_t *times; /* when each is, ascending */
    uint8_t *kinds; /* … to which clock */
    zone_clock *clocks;
    bool has_rule; /* for what comes after the last change */
    zone_rule rule;
} zone;

/* The zone of a name of `size` bytes: "Europe/Berlin", "UTC". False: nobody knows it; or *memory:
 * there is no memory. Read once, and then kept for the whole OS process. [any thread] */
bool zone_find(const char *name, size_t size, zone *out, bool *memory);
/* What a variable TZ says: a name, a rule, or a file of the database; NULL, that it is not set,
 * means /etc/localtime. Another file is read only where the OS process's own TZ names it. What
 * means nothing is UTC. False: no memory. [any thread] */
bool zone_local(const char *variable, zone *out);

/* [any thread] */
zone_clock zone_at(const zone *z, int64_t time);
/* The first time at which clocks show `shown`, seconds as if they were UTC's; false: they never
 * do, and *time is as if they had not been put forward yet. [any thread] */
bool zone_time(const zone *z, int64_t shown, int64_t *time);

#endif

/* Time zones by the system's tz database: TZif files (RFC 8536) and the rules of POSIX behind them.
 * libc knows one zone at a time, that of the variable TZ, which belongs to the host; so the files
 * are read here. Times are seconds since 1970. */
#ifndef CSP_STDLIB_ZONE_H
#define CSP_STDLIB_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ZONE_NAME = 64, ZONE_ABBREVIATION = 16 };

typedef struct zone zone;

/* What clocks show at a time. */
typedef struct zone_clock {
    int32_t offset; /* seconds east of UTC */
    char abbreviation[ZONE_ABBREVIATION];
} zone_clock;

/* The zone of a name of `size` bytes: "Europe/Berlin", "UTC", or "local", the one that TZ or
 * /etc/localtime says. NULL: nobody knows it; or *memory: there is no memory. Read once, and then
 * kept for the whole OS process. [any thread] */
const zone *zone_find(const char *name, size_t size, bool *memory);

/* [any thread] */
zone_clock zone_at(const zone *z, int64_t time);
/* The first time at which clocks show `shown`, seconds as if they were UTC's; false: they never
 * do, and *time is as if they had not been put forward yet. [any thread] */
bool zone_time(const zone *z, int64_t shown, int64_t *time);

#endif

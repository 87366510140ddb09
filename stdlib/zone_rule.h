/* The rule of a TZ variable of POSIX, as it stands at the end of a TZif file, too:
 * "CET-1CEST,M3.5.0,M10.5.0/3". */
#ifndef CSP_STDLIB_ZONE_RULE_H
#define CSP_STDLIB_ZONE_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ZONE_ABBREVIATION = 16 };

/* What clocks show at a time. */
typedef struct zone_clock {
    int32_t offset; /* seconds east of UTC */
    char abbreviation[ZONE_ABBREVIATION];
} zone_clock;

/* When clocks change in each year. */
typedef struct zone_change {
    char
        kind; /* M: the week-th weekday of a month; J: a day from 1, never 29 February; 0: from 0 */
    int32_t month, week, day;
    int32_t seconds; /* of the day, by the clock before the change */
} zone_change;

typedef struct zone_rule {
    zone_clock standard, summer;
    bool has_summer;
    zone_change begin, end; /* of summer */
} zone_rule;

/* False: it is no such rule. */
bool zone_rule_read(const char *text, size_t size, zone_rule *out);
zone_clock zone_rule_at(const zone_rule *r, int64_t time);

#endif

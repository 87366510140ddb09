#include "stdlib/zone_rule.h"

#include <string.h>

enum { DAY = 86400, HOUR = 3600 };

/* --- reading */

typedef struct reading {
    const char *at, *end;
} reading;

static bool skip(reading *r, char c)
{
    bool there = r->at < r->end && *r->at == c;
    r->at += there;
    return there;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static bool read_number(reading *r, int32_t most, int32_t *n)
{
    const char *from = r->at;
    for (*n = 0; r->at < r->end && is_digit(*r->at) && *n <= most; r->at++)
        *n = *n * 10 + (*r->at - '0');
    return r->at > from && *n <= most;
}

/* [+-]hh[:mm[:ss]] */
static bool read_time(reading *r, int32_t *seconds)
{
    bool negative = skip(r, '-');
    if (!negative)
        skip(r, '+');
    int32_t hours, minutes = 0, rest = 0;
    if (!read_number(r, 167, &hours) || (skip(r, ':') && !read_number(r, 59, &minutes)) ||
        (skip(r, ':') && !read_number(r, 59, &rest)))
        return false;
    *seconds = hours * HOUR + minutes * 60 + rest;
    if (negative)
        *seconds = -*seconds;
    return true;
}

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/* Letters, or anything between < and >. */
static bool read_name(reading *r, char out[ZONE_ABBREVIATION])
{
    bool quoted = skip(r, '<');
    size_t size = 0;
    while (r->at < r->end && (quoted ? *r->at != '>' : is_letter(*r->at))) {
        if (size + 1 == ZONE_ABBREVIATION || (unsigned char)*r->at >= 0x80)
            return false;
        out[size++] = *r->at++;
    }
    out[size] = '\0';
    return size >= 3 && (!quoted || skip(r, '>'));
}

static bool read_change(reading *r, zone_change *out)
{
    if (!skip(r, ','))
        return false;
    out->kind = skip(r, 'M') ? 'M' : skip(r, 'J') ? 'J' : '0';
    out->seconds = 2 * HOUR;
    bool ok = out->kind != 'M'
                  ? read_number(r, out->kind == 'J' ? 365 : 366, &out->day)
                  : read_number(r, 12, &out->month) && skip(r, '.') &&
                        read_number(r, 5, &out->week) && skip(r, '.') &&
                        read_number(r, 6, &out->day) && out->month > 0 && out->week > 0;
    return ok && (!skip(r, '/') || read_time(r, &out->seconds));
}

bool zone_rule_read(const char *text, size_t size, zone_rule *out)
{
    reading r = {text, text + size};
    *out = (zone_rule){.has_summer = false};
    if (!read_name(&r, out->standard.abbreviation) || !read_time(&r, &out->standard.offset))
        return false;
    out->standard.offset = -out->standard.offset;
    if (r.at == r.end)
        return true;
    out->has_summer = true;
    if (!read_name(&r, out->summer.abbreviation))
        return false;
    out->summer.offset = -out->standard.offset - HOUR;
    if (r.at < r.end && *r.at != ',' && !read_time(&r, &out->summer.offset))
        return false;
    out->summer.offset = -out->summer.offset;
    if (r.at == r.end) { /* as in the United States, which POSIX leaves open and everybody takes */
        out->begin = (zone_change){'M', 3, 2, 0, 2 * HOUR};
        out->end = (zone_change){'M', 11, 1, 0, 2 * HOUR};
        return true;
    }
    return read_change(&r, &out->begin) && read_change(&r, &out->end) && r.at == r.end;
}

/* --- when */

static bool is_leap(int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

/* The day since 1970 on which a year begins. */
static int64_t year_begin(int64_t year)
{
    int64_t before = year - 1;
    return before * 365 + floor_div(before, 4) - floor_div(before, 100) + floor_div(before, 400) -
           719162;
}

static int64_t year_of(int64_t day)
{
    int64_t year = 1970 + floor_div(day * 400, 146097);
    while (year_begin(year) > day)
        year--;
    while (year_begin(year + 1) <= day)
        year++;
    return year;
}

/* The day since 1970 of a change in that year. */
static int64_t day_of(const zone_change *c, int64_t year)
{
    static const int16_t months[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};
    int64_t begin = year_begin(year);
    bool leap = is_leap(year);
    if (c->kind == '0')
        return begin + c->day;
    if (c->kind == 'J')
        return begin + c->day - 1 + (leap && c->day >= 60);
    int64_t first = begin + months[c->month - 1] + (leap && c->month > 2);
    int64_t next = begin + months[c->month] + (leap && c->month >= 2);
    int64_t weekday = ((first + 4) % 7 + 7) % 7; /* 1 January 1970 was a Thursday */
    int64_t day = first + (c->day - weekday + 7) % 7 + 7 * ((int64_t)c->week - 1);
    while (day >= next)
        day -= 7;
    return day;
}

zone_clock zone_rule_at(const zone_rule *r, int64_t time)
{
    enum { FAR = 1 << 30 }; /* days; beyond them nobody has made rules */
    int64_t day = floor_div(time, DAY);
    if (!r->has_summer || day > FAR || day < -FAR)
        return r->standard;
    int64_t year = year_of(floor_div(time + r->standard.offset, DAY));
    int64_t begin = day_of(&r->begin, year) * DAY + r->begin.seconds - r->standard.offset;
    int64_t end = day_of(&r->end, year) * DAY + r->end.seconds - r->summer.offset;
    bool summer = begin < end ? time >= begin && time < end : time >= begin || time < end;
    return summer ? r->summer : r->standard;
}

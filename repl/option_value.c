#include "repl/option_value.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "repl/allow.h"
#include "repl/standard.h"

bool option_refuse(options *o, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    standard_put(STDERR_FILENO, "csp: ");
    standard_vprintf(STDERR_FILENO, format, arguments);
    standard_put(STDERR_FILENO, "; try `csp --help`\n");
    va_end(arguments);
    o->action = ACTION_ERROR;
    return false;
}

bool option_limit(options *o, option_id id, const char *from, bool is_size, uint64_t *out)
{
    *out = 0;
    if (strcmp(from, "none") == 0)
        return true;
    char *end;
    errno = 0;
    unsigned long long number = strtoull(from, &end, 10);
    const char *suffixes = "KMGT";
    const char *suffix = is_size && isalpha((unsigned char)*end)
                             ? strchr(suffixes, toupper((unsigned char)*end))
                             : NULL;
    unsigned shift = 0;
    if (suffix) {
        shift = 10 * (unsigned)(suffix - suffixes + 1);
        end++;
    }
    bool digit = from[0] >= '0' && from[0] <= '9';
    if (!digit || *end || errno || number == 0 || number > UINT64_MAX >> shift ||
        (is_size && number << shift > SIZE_MAX))
        return option_refuse(
            o, "--%s wants %s, or none for no limit, not `%s`", option_rows[id].name,
            is_size ? "a size like 512M (K, M, G, T)" : "a whole number from 1 on", from);
    *out = (uint64_t)number << shift;
    return true;
}

/* There is no stack without an end, and below some size it is of no use. */
bool option_native_stack(options *o, const char *from)
{
    const uint64_t least = (uint64_t)512 << 10, most = (uint64_t)1 << 40;
    uint64_t number;
    if (!option_limit(o, OPTION_NATIVE_STACK, from, true, &number))
        return false;
    if (number < least || number > most)
        return option_refuse(o, "--native-stack wants a size from 512K to 1T, not `%s`", from);
    o->config.native_stack = (size_t)number;
    return true;
}

bool option_colour(options *o, const char *when)
{
    if (strcmp(when, "always") == 0)
        o->colour = o->colour_out = true;
    else if (strcmp(when, "never") == 0)
        o->colour = o->colour_out = false;
    else if (strcmp(when, "auto") != 0)
        return option_refuse(o, "--color wants auto, always or never, not `%s`", when);
    return true;
}

bool option_format(options *o, const char *form)
{
    o->json = strcmp(form, "json") == 0;
    return o->json || strcmp(form, "text") == 0 ||
           option_refuse(o, "--error-format wants text or json, not `%s`", form);
}

bool option_time(options *o, option_id id, const char *from, uint32_t *milliseconds)
{
    static const struct unit {
        const char *name;
        uint32_t milliseconds;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}};
    char *end;
    errno = 0;
    unsigned long long number = strtoull(from, &end, 10);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        uint32_t unit = units[i].milliseconds;
        if (strcmp(end, units[i].name) != 0 || errno || number == 0 || !isdigit(from[0] & 0xff) ||
            number > INT32_MAX / unit)
            continue;
        *milliseconds = (uint32_t)number * unit;
        return true;
    }
    return option_refuse(o, "--%s wants a time like 500ms, 10s or 2m, not `%s`",
                         option_rows[id].name, from);
}

bool option_jobs(options *o, const char *from)
{
    char *end;
    errno = 0;
    unsigned long number = strtoul(from, &end, 10);
    if (!isdigit(from[0] & 0xff) || *end || errno || number == 0 || number > 1000)
        return option_refuse(o, "--jobs wants a whole number from 1 to 1000, not `%s`", from);
    o->test.jobs = (uint32_t)number;
    return true;
}

/* The first list takes everything else away. Files are imported by those who may read. */
bool option_allow(options *o, const char *list)
{
    const char *bad;
    size_t size;
    switch (allow_add(&o->allows, list, &o->config, &bad, &size)) {
    case ALLOW_OK: break;
    case ALLOW_MEMORY: return option_refuse(o, "there is no memory for --allow");
    case ALLOW_NO_FOLDER:
        return option_refuse(o, "--allow=%.*s: there is no such folder", (int)size, bad);
    case ALLOW_UNKNOWN:
        return option_refuse(o, "--allow wants a list of %s, not `%.*s`", allow_words(), (int)size,
                             bad);
    }
    o->config.import_files = (o->config.capabilities & CSP_MAY_READ) != 0;
    return true;
}

bool option_seed(options *o, const char *from)
{
    char *end;
    errno = 0;
    unsigned long long number = strtoull(from, &end, 10);
    if (!isdigit(from[0] & 0xff) || *end || errno)
        return option_refuse(o, "--seed wants a whole number, as a failure has shown it, not `%s`",
                             from);
    o->test.seed = number;
    o->test.seeded = true;
    return true;
}

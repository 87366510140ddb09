#include "repl/allow.h"

#include <string.h>

#include "include/csp.h"

static const struct {
    const char *name;
    uint64_t capabilities;
} words[] = {
    {"args", CSP_MAY_ARGS},     {"env", CSP_MAY_ENV},
    {"exit", CSP_MAY_EXIT},     {"read", CSP_MAY_READ},
    {"write", CSP_MAY_WRITE},   {"connect", CSP_MAY_CONNECT},
    {"listen", CSP_MAY_LISTEN}, {"net", CSP_MAY_CONNECT | CSP_MAY_LISTEN},
    {"run", CSP_MAY_RUN},       {"ffi", CSP_MAY_CALL_C},
    {"stdin", CSP_MAY_STDIN},   {"time", CSP_MAY_PRECISE_TIME},
    {"all", CSP_MAY_ALL},       {"none", 0},
};
enum { WORDS = sizeof words / sizeof *words };

bool allow_add(const char *list, uint64_t *capabilities, const char **bad, size_t *size)
{
    for (; *list; list += *list == ',') {
        size_t length = strcspn(list, ","), found = 0;
        while (found < WORDS &&
               (strncmp(words[found].name, list, length) != 0 || words[found].name[length]))
            found++;
        if (found == WORDS) {
            *bad = list;
            *size = length;
            return false;
        }
        *capabilities |= words[found].capabilities;
        list += length;
    }
    return true;
}

const char *allow_words(void)
{
    return "args, env, exit, read, write, connect, listen, net (both), run, ffi, stdin, time, all "
           "or none";
}

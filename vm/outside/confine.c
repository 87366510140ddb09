#include "vm/outside/confine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/capability.h"

typedef struct grant {
    uint64_t capabilities;
    char *real;  /* a path without links; NULL: it is a host */
    char *given; /* the same as it was written, from the root on */
    char *host;  /* as it was written; "": any */
    bool numeric, any_port;
    address at; /* if it is numeric */
    unsigned port;
} grant;

struct confine {
    unsigned users;   /* atomic */
    uint64_t limited; /* what holds at places only */
    grant *grants;
    size_t count;
};

static const struct {
    const char *name;
    uint64_t capabilities;
    bool paths;
} words[] = {
    {"read:", MAY_READ, true},
    {"write:", MAY_WRITE, true},
    {"connect:", MAY_CONNECT, false},
    {"listen:", MAY_LISTEN, false},
    {"net:", MAY_CONNECT | MAY_LISTEN, false},
};
enum { WORDS = sizeof words / sizeof *words };

/* --- life */

confine *confine_new(void)
{
    confine *c = calloc(1, sizeof *c);
    if (c)
        c->users = 1;
    return c;
}

confine *confine_hold(confine *c)
{
    if (c)
        __atomic_add_fetch(&c->users, 1, __ATOMIC_RELAXED);
    return c;
}

static void free_grant(grant *g)
{
    free(g->real);
    free(g->given);
    free(g->host);
}

void confine_drop(confine *c)
{
    if (!c || __atomic_sub_fetch(&c->users, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    for (size_t i = 0; i < c->count; i++)
        free_grant(&c->grants[i]);
    free(c->grants);
    free(c);
}

/* Takes what g has; false: no memory. */
static bool add(confine *c, grant *g)
{
    grant *grown = realloc(c->grants, (c->count + 1) * sizeof *grown);
    if (!grown) {
        free_grant(g);
        return false;
    }
    c->grants = grown;
    c->grants[c->count++] = *g;
    c->limited |= g->capabilities;
    return true;
}

/* --- paths */

/* Removes `//`, `.` and `..` from an absolute path, by its text. */
static void normalise(char *path)
{
    char *to = path;
    for (const char *from = path; *from;) {
        from += strspn(from, "/");
        size_t length = strcspn(from, "/");
        if (length == 2 && from[0] == '.' && from[1] == '.') {
            while (to > path && *--to != '/')
                ;
        } else if (length > 0 && !(length == 1 && from[0] == '.')) {
            *to++ = '/';
            memmove(to, from, length);
            to += length;
        }
        from += length;
    }
    if (to == path)
        *to++ = '/';
    *to = '\0';
}

/* From the root on; malloc'ed, or NULL. */
static char *absolute(const char *path)
{
    if (path[0] == '/')
        return strdup(path);
    char *here = getcwd(NULL, 0), *whole = NULL;
    if (here && asprintf(&whole, "%s/%s", here, path) < 0)
        whole = NULL;
    free(here);
    return whole;
}

/* What is not there is a name in a folder that is. malloc'ed, or NULL. */
static char *real_of(const char *whole)
{
    char *real = realpath(whole, NULL);
    if (real)
        return real;
    char *folder = strdup(whole);
    if (!folder)
        return NULL;
    char *slash = strrchr(folder, '/');
    struct stat is;
    bool sensible = slash[1] && strcmp(slash, "/.") != 0 && strcmp(slash, "/..") != 0 &&
                    lstat(whole, &is) != 0; /* a link to nowhere is no name of a file */
    *slash = '\0';
    char *above = sensible ? realpath(*folder ? folder : "/", NULL) : NULL;
    if (above && asprintf(&real, "%s/%s", above[1] ? above : "", slash + 1) < 0)
        real = NULL;
    free(above);
    free(folder);
    return real;
}

static confine_result add_path(confine *c, uint64_t capabilities, const char *path)
{
    if (!*path)
        return CONFINE_UNKNOWN;
    grant g = {.capabilities = capabilities, .given = absolute(path)};
    if (g.given)
        g.real = real_of(g.given);
    if (!g.real) {
        free_grant(&g);
        return CONFINE_NOWHERE;
    }
    normalise(g.given);
    return add(c, &g) ? CONFINE_OK : CONFINE_MEMORY;
}

/* Whether `path` is `folder` or below it. */
static bool is_below(const char *path, const char *folder)
{
    size_t length = strlen(folder);
    if (length == 1)
        return true;
    return strncmp(path, folder, length) == 0 && (path[length] == '/' || !path[length]);
}

uint64_t confine_rights(const confine *c, const char *real)
{
    uint64_t rights = 0;
    for (size_t i = 0; i < c->count; i++)
        if (c->grants[i].real && is_below(real, c->grants[i].real))
            rights |= c->grants[i].capabilities;
    return rights;
}

bool confine_allows(const confine *c, uint64_t needs, const char *real)
{
    needs &= confine_limited(c);
    return !needs || (confine_rights(c, real) & needs) == needs;
}

bool confine_is_root(const confine *c, const char *real)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->grants[i].real && is_below(c->grants[i].real, real))
            return true;
    return false;
}

const char *confine_root(const confine *c, const char *path)
{
    for (size_t i = 0; i < c->count; i++) {
        const grant *g = &c->grants[i];
        if (g->real && (strcmp(g->real, path) == 0 || strcmp(g->given, path) == 0))
            return g->real;
    }
    return NULL;
}

bool confine_complete(confine *c, uint64_t granted)
{
    const uint64_t files = MAY_READ | MAY_WRITE;
    uint64_t everywhere = c->limited & files ? granted & files & ~c->limited : 0;
    return !everywhere || add_path(c, everywhere, "/") == CONFINE_OK;
}

uint64_t confine_limited(const confine *c) { return c ? c->limited : 0; }

/* --- hosts */

static confine_result add_host(confine *c, uint64_t capabilities, const char *text)
{
    address_name name;
    grant g = {.capabilities = capabilities};
    size_t size = strlen(text);
    bool six = size > 2 && text[0] == '[' && text[size - 1] == ']';
    const char *colon = strchr(text, ':');
    bool alone = six || !colon || strchr(colon + 1, ':');
    if (alone && text[0] == '[' && !six)
        alone = false;
    const char *wrong = alone ? address_read_host(&name, text + six, size - 2 * (size_t)six)
                              : address_read(&name, text, size);
    if (wrong || name.is_path)
        return CONFINE_UNKNOWN;
    g.any_port = alone;
    g.port = name.port;
    g.numeric = name.host[0] && address_numeric(&g.at, name.host, 0);
    if (six && !g.numeric)
        return CONFINE_UNKNOWN;
    g.host = strdup(name.host);
    return g.host && add(c, &g) ? CONFINE_OK : CONFINE_MEMORY;
}

/* A name may have a point at its end. */
static bool is_same_name(const char *a, const char *b)
{
    size_t length = strlen(a), other = strlen(b);
    length -= length > 0 && a[length - 1] == '.';
    other -= other > 0 && b[other - 1] == '.';
    return length == other && strncasecmp(a, b, length) == 0;
}

/* Without their ports; what is IPv4 is that, however it is written. */
static bool is_same_address(const address *a, const address *b)
{
    address one = *a, two = *b;
    address_map(&one);
    address_map(&two);
    address_set_port(&one, 0);
    address_set_port(&two, 0);
    return one.family == two.family && one.size == two.size &&
           memcmp(&one.of, &two.of, one.size) == 0;
}

bool confine_host(const confine *c, uint64_t capability, const address_name *name, bool any_port)
{
    address at;
    bool numeric = name->host[0] && address_numeric(&at, name->host, 0);
    for (size_t i = 0; i < c->count; i++) {
        const grant *g = &c->grants[i];
        if (!g->host || !(g->capabilities & capability) ||
            !(any_port || g->any_port || g->port == name->port))
            continue;
        bool same = g->numeric ? numeric && is_same_address(&g->at, &at)
                               : !numeric && is_same_name(g->host, name->host);
        if (!g->host[0] || same)
            return true;
    }
    return false;
}

bool confine_address(const confine *c, uint64_t capability, const address *at)
{
    for (size_t i = 0; i < c->count; i++) {
        const grant *g = &c->grants[i];
        if (g->host && (g->capabilities & capability) &&
            (g->any_port || g->port == address_port(at)) &&
            (!g->host[0] || (g->numeric && is_same_address(&g->at, at))))
            return true;
    }
    return false;
}

/* --- both */

confine_result confine_add(confine *c, const char *text)
{
    static const char local[] = "unix:";
    for (size_t i = 0; i < WORDS; i++) {
        size_t length = strlen(words[i].name);
        if (strncmp(text, words[i].name, length) != 0)
            continue;
        const char *place = text + length;
        if (words[i].paths)
            return add_path(c, words[i].capabilities, place);
        if (strncmp(place, local, sizeof local - 1) == 0)
            return add_path(c, words[i].capabilities, place + sizeof local - 1);
        return *place ? add_host(c, words[i].capabilities, place) : CONFINE_UNKNOWN;
    }
    return CONFINE_UNKNOWN;
}

#include "stdlib/zone.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER  "/usr/share/zoneinfo/"
#define MACHINE "/etc/localtime"

enum { NAME_MOST = 64 };

/* --- TZif */

enum { HEADER = 44, CLOCK = 6, FILE_MOST = 1 << 20 };

typedef struct counts {
    uint32_t utc, standard, leaps, times, clocks, characters;
} counts;

static uint32_t read_32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static int64_t read_64(const uint8_t *at)
{
    return (int64_t)((uint64_t)read_32(at) << 32 | read_32(at + 4));
}

/* The header at `data`, and how many bytes follow it. False: it is none, or the file is cut off. */
static bool read_header(const uint8_t *data, size_t left, unsigned width, counts *out, size_t *size)
{
    if (left < HEADER || memcmp(data, "TZif", 4) != 0)
        return false;
    uint32_t *all[] = {&out->utc,   &out->standard, &out->leaps,
                       &out->times, &out->clocks,   &out->characters};
    for (unsigned i = 0; i < 6; i++) {
        *all[i] = read_32(data + 20 + 4 * i);
        if (*all[i] > FILE_MOST)
            return false;
    }
    *size = (size_t)out->times * (width + 1) + (size_t)out->clocks * CLOCK + out->characters +
            (size_t)out->leaps * (width + 4) + out->standard + out->utc;
    return *size <= left - HEADER && out->clocks > 0 && out->clocks <= 256;
}

static bool read_clocks(zone *z, const uint8_t *at, const counts *c)
{
    const char *names = (const char *)at + (size_t)c->clocks * CLOCK;
    for (uint32_t i = 0; i < c->clocks; i++, at += CLOCK) {
        z->clocks[i].offset = (int32_t)read_32(at);
        uint32_t name = at[5];
        size_t room = name < c->characters ? c->characters - name : 0;
        size_t size = room ? strnlen(names + name, room) : 0;
        if (size == room || size >= ZONE_ABBREVIATION || abs(z->clocks[i].offset) > 26 * 3600)
            return false;
        memcpy(z->clocks[i].abbreviation, names + name, size);
    }
    return true;
}

/* The block behind a header with times of 8 bytes. */
static bool read_block(zone *z, const uint8_t *at, const counts *c)
{
    z->count = c->times;
    z->clock_count = c->clocks;
    z->times = malloc((c->times + (size_t)1) * sizeof *z->times);
    z->kinds = malloc(c->times + (size_t)1);
    z->clocks = calloc(c->clocks, sizeof *z->clocks);
    if (!z->times || !z->kinds || !z->clocks)
        return false;
    for (uint32_t i = 0; i < c->times; i++) {
        z->times[i] = read_64(at + (size_t)i * 8);
        z->kinds[i] = at[(size_t)c->times * 8 + i];
        if (z->kinds[i] >= c->clocks || (i > 0 && z->times[i] <= z->times[i - 1]))
            return false;
    }
    return read_clocks(z, at + (size_t)c->times * 9, c);
}

/* Versions from 2 on have all of it twice, the second time with times of 8 bytes; then a rule. */
static bool read_file(zone *z, const uint8_t *data, size_t size)
{
    counts c;
    size_t block;
    if (!read_header(data, size, 4, &c, &block) || data[4] < '2')
        return false;
    data += HEADER + block;
    size -= HEADER + block;
    if (!read_header(data, size, 8, &c, &block) || !read_block(z, data + HEADER, &c))
        return false;
    const char *rule = (const char *)data + HEADER + block;
    size -= HEADER + block;
    const char *end = size > 1 && *rule == '\n' ? memchr(rule + 1, '\n', size - 1) : NULL;
    z->has_rule =
        end && end > rule + 1 && zone_rule_read(rule + 1, (size_t)(end - rule) - 1, &z->rule);
    return true;
}

/* A whole regular file; NULL: it cannot be read. malloc'ed */
static uint8_t *file_content(const char *path, size_t *size)
{
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat info;
    uint8_t *data = NULL;
    if (file >= 0 && fstat(file, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0 &&
        info.st_size <= FILE_MOST)
        data = malloc((size_t)info.st_size);
    *size = 0;
    for (ssize_t got = 1; data && got > 0 && *size < (size_t)info.st_size;) {
        got = read(file, data + *size, (size_t)info.st_size - *size);
        *size += got > 0 ? (size_t)got : 0;
    }
    if (file >= 0)
        close(file);
    return data;
}

static void free_parts(const zone *z)
{
    free(z->times);
    free(z->kinds);
    free(z->clocks);
}

/* --- finding */

/* A name of the database: no way out of its folder. */
static bool is_name(const char *name, size_t size)
{
    if (size == 0 || size >= NAME_MOST)
        return false;
    if (name[0] == '/' || name[size - 1] == '/')
        return false;
    for (size_t i = 0; i < size; i++) {
        char c = name[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!plain && (!c || !strchr("_+-/", c)))
            return false;
    }
    return true;
}

static bool load_file(zone *z, const char *path)
{
    size_t size;
    uint8_t *data = file_content(path, &size);
    bool ok = data && read_file(z, data, size);
    free(data);
    return ok;
}

static bool load_named(zone *z, const char *name, size_t size)
{
    char path[sizeof FOLDER + NAME_MOST];
    if (!is_name(name, size))
        return false;
    snprintf(path, sizeof path, "%s%.*s", FOLDER, (int)size, name);
    if (load_file(z, path))
        return true;
    /* without a database there is still this one */
    bool utc = size == 3 && memcmp(name, "UTC", 3) == 0;
    if (utc)
        z->has_rule = zone_rule_read("UTC0", 4, &z->rule);
    return utc;
}

/* All that have been asked for and exist, by a name or a path: at most as many as the database has,
 * and those of the host. They only come. */
typedef struct known_zone known_zone;
struct known_zone {
    known_zone *next;
    zone zone;
    size_t size;
    char name[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static known_zone *known;

static const known_zone *find_locked(const char *name, size_t size, bool *memory)
{
    for (const known_zone *k = known; k; k = k->next)
        if (k->size == size && memcmp(k->name, name, size) == 0)
            return k;
    known_zone *k = calloc(1, sizeof *k + size + 1);
    *memory = k == NULL;
    if (!k)
        return NULL;
    k->size = size;
    memcpy(k->name, name, size);
    if (!(*name == '/' ? load_file(&k->zone, k->name) : load_named(&k->zone, name, size))) {
        free_parts(&k->zone);
        free(k);
        return NULL;
    }
    k->next = known;
    known = k;
    return k;
}

static bool find(const char *name, size_t size, zone *out, bool *memory)
{
    pthread_mutex_lock(&lock);
    const known_zone *k = find_locked(name, size, memory);
    pthread_mutex_unlock(&lock);
    if (k)
        *out = k->zone;
    return k != NULL;
}

bool zone_find(const char *name, size_t size, zone *out, bool *memory)
{
    *memory = false;
    return is_name(name, size) && find(name, size, out, memory);
}

/* A script may set TZ, and what files it may read is not for it to say. */
static bool find_path(const char *path, zone *out, bool *memory)
{
    const char *host = getenv("TZ");
    host = host && *host == ':' ? host + 1 : host;
    bool may = strcmp(path, MACHINE) == 0 || (host && strcmp(path, host) == 0);
    return may && find(path, strlen(path), out, memory);
}

bool zone_local(const char *variable, zone *out)
{
    const char *text = variable ? variable : MACHINE;
    text += *text == ':';
    if (strncmp(text, FOLDER, sizeof FOLDER - 1) == 0)
        text += sizeof FOLDER - 1;
    bool memory = false;
    if (*text == '/' ? find_path(text, out, &memory) : zone_find(text, strlen(text), out, &memory))
        return true;
    *out = (zone){0};
    out->has_rule = !memory && zone_rule_read(text, strlen(text), &out->rule);
    return out->has_rule || (!memory && zone_find("UTC", 3, out, &memory));
}

/* --- asking */

zone_clock zone_at(const zone *z, int64_t time)
{
    if (z->has_rule && (z->count == 0 || time >= z->times[z->count - 1]))
        return zone_rule_at(&z->rule, time);
    uint32_t low = 0, high = z->count; /* the first change after `time` is in [low, high] */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (z->times[middle] <= time)
            low = middle + 1;
        else
            high = middle;
    }
    return z->clocks[low > 0 ? z->kinds[low - 1] : 0];
}

bool zone_time(const zone *z, int64_t shown, int64_t *time)
{
    enum { HOURS = 3600, AROUND = 48 * HOURS, EACH = 3 * HOURS };
    bool found = false;
    for (int64_t by = -AROUND; by <= AROUND; by += EACH) {
        int64_t candidate = shown - zone_at(z, shown + by).offset;
        if (zone_at(z, candidate).offset != shown - candidate || (found && candidate >= *time))
            continue;
        *time = candidate;
        found = true;
    }
    if (!found)
        *time = shown - zone_at(z, shown - AROUND / 2).offset;
    return found;
}

#include "api/locate.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/host/host.h"
#include "api/host/native.h"
#include "base/array.h"
#include "vm/outside/place.h"

#define SUFFIX ".csp"

static const off_t FILE_MAX = (off_t)1 << 30;

/* One `import` under way. */
typedef struct search {
    world *w;
    const char *path;
    src_span at;
    diag_list *diags;
    located *out;
    char *tried; /* names of files, for the report */
    size_t tried_size;
    FILE *tried_out;
    uint32_t tried_count;
} search;

char *locate_key(const char *name) { return realpath(name, NULL); }

/* ---- Modules of the host ---- */

static const host_module *find_host(const world *w, const char *name)
{
    for (const host_module *m = w->host_modules; m; m = m->next)
        if (strcmp(m->name, name) == 0)
            return m;
    return NULL;
}

/* Removes `.` and `..` from a name; false: it leads above the top, or nothing is left. */
static bool normalise(char *name)
{
    char *to = name;
    for (const char *from = name; *from;) {
        size_t length = strcspn(from, "/");
        const char *next = from + length + (from[length] == '/');
        bool dot = length == 1 && from[0] == '.',
             up = length == 2 && from[0] == '.' && from[1] == '.';
        if (up) {
            if (to == name)
                return false;
            for (to--; to > name && to[-1] != '/';)
                to--; /* what is kept ends with a `/` */
        } else if (!dot && length > 0) {
            memmove(to, from, (size_t)(next - from));
            to += next - from;
        }
        from = next;
    }
    if (to > name && to[-1] == '/')
        to--;
    *to = '\0';
    return to > name;
}

/* The length in bytes of the folder part of a name, with its `/`. */
static int folder_length(const char *name)
{
    const char *slash = strrchr(name, '/');
    return slash ? (int)(slash + 1 - name) : 0;
}

const char *locate_base(const char *name) { return name + folder_length(name); }

int locate_shown_length(const char *name)
{
    size_t length = strlen(name), suffix = strlen(SUFFIX);
    bool ends_so = length > suffix && strcmp(name + length - suffix, SUFFIX) == 0;
    return (int)(ends_so ? length - suffix : length);
}

host_module *host_module_add(world *w, const char *name, char *text, size_t size)
{
    host_module *m = malloc(sizeof *m);
    char *copy = strdup(name);
    if (!m || !copy) {
        free(m);
        free(copy);
        return NULL;
    }
    *m = (host_module){.next = w->host_modules, .name = copy, .text = text, .size = size};
    w->host_modules = m;
    return m;
}

void host_module_free(host_module *m)
{
    while (m->natives) {
        native_table *t = m->natives;
        m->natives = t->next;
        native_table_free(t);
    }
    free(m->name);
    free(m->text);
    free(m);
}

/* What config.load gives for the name; *m is NULL: nothing. */
static locate_status load_host(const search *s, const char *importer, const char *name,
                               const host_module **m)
{
    world *w = s->w;
    char *text = NULL;
    size_t size = 0;
    door_hook_begin(w->host);
    csp_status status = w->load(w->user, name, importer, &text, &size);
    door_hook_end(w->host);
    if (status == CSP_E_NOT_FOUND)
        return LOCATE_FOUND;
    if (status != CSP_OK || (!text && size > 0)) {
        diag_error(s->diags, s->at, "the host of this program cannot load the module `%s`",
                   s->path);
        return status == CSP_E_MEMORY ? LOCATE_MEMORY : LOCATE_FAILED;
    }
    host_module *made = host_module_add(w, name, text, size);
    if (!made) {
        free(text);
        return LOCATE_MEMORY;
    }
    made->loaded = true;
    *m = made;
    return LOCATE_FOUND;
}

/* The module called `path` in the folder of `base`: one that was added, or is loaded now. */
static locate_status try_host(search *s, const char *importer, const char *base, bool load,
                              bool *found)
{
    char *name;
    *found = false;
    if (asprintf(&name, "%.*s%s", folder_length(base), base, s->path) < 0)
        return LOCATE_MEMORY;
    const host_module *m = NULL;
    locate_status status = LOCATE_FOUND;
    if (normalise(name) && !(m = find_host(s->w, name)) && load)
        status = load_host(s, importer, name, &m);
    if (!m) {
        free(name);
        return status;
    }
    *found = true;
    s->out->host = m;
    s->out->name = name;
    return asprintf(&s->out->key, ":%s", name) < 0 ? LOCATE_MEMORY : LOCATE_FOUND;
}

/* Beside the importing module first, if that is the host's. */
static locate_status try_hosts(search *s, const locate_from *from, bool load, bool *found)
{
    locate_status status = LOCATE_FOUND;
    if (from->is_host && folder_length(from->name) > 0)
        status = try_host(s, from->name, from->name, load, found);
    if (status == LOCATE_FOUND && !*found)
        status = try_host(s, from->name, "", load, found);
    return status;
}

/* ---- Files ---- */

static locate_status refuse(const search *s, const char *file, const char *reason)
{
    diag_error(s->diags, s->at, "cannot read the module `%s`: %s: %s", s->path, file, reason);
    return LOCATE_FAILED;
}

/* Below what may be read. *key: the file's, if it is known; malloc'ed. -1: errno. */
static int open_granted(const search *s, const char *name, int flags, char **key)
{
    place at;
    int why = place_find(&at, s->w->vm->confine, name, MAY_READ, true);
    int fd = why == 0 ? openat(at.dir, at.name, flags | place_open_flags(&at)) : -1;
    if (why == 0) {
        why = errno;
        *key = fd >= 0 ? at.real : NULL;
        if (*key)
            at.real = NULL;
        place_free(&at);
    }
    errno = why;
    return fd;
}

/* Opens the file if it exists; one that exists but cannot be read ends the search. Takes
 * over `name`. */
static locate_status try_file(search *s, char *name, bool *found)
{
    *found = false;
    /* Anything but a regular file might block its reader. */
    char *key = NULL;
    int fd = open_granted(s, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, &key);
    int reason = errno;
    if (fd < 0 && (reason == ENOENT || reason == ENOTDIR || reason == PLACE_OUTSIDE)) {
        if (s->tried_out)
            fprintf(s->tried_out, "%s%s%s", s->tried_count++ ? ", " : "", name,
                    reason == PLACE_OUTSIDE ? " (which may not be read)" : "");
        free(name);
        return LOCATE_FOUND;
    }
    s->out->name = name;
    s->out->key = key;
    if (fd < 0)
        return refuse(s, name, strerror(reason));
    s->out->fd = fd;
    struct stat about;
    if (fstat(fd, &about) != 0)
        return refuse(s, name, strerror(errno));
    if (S_ISDIR(about.st_mode))
        return refuse(s, name, "it is a directory");
    if (!S_ISREG(about.st_mode))
        return refuse(s, name, "it is no regular file");
    if (about.st_size > FILE_MAX)
        return refuse(s, name, "it is larger than 1 GiB");
    *found = true;
    if (!s->out->key)
        s->out->key = locate_key(name);
    return s->out->key ? LOCATE_FOUND : refuse(s, name, strerror(errno));
}

static locate_status try_folder(search *s, const char *folder, size_t length, bool *found)
{
    const char *path = s->path;
    while (path[0] == '.' && path[1] == '/')
        path += 2;
    bool slash = length > 0 && folder[length - 1] != '/';
    char *name;
    if (length > INT_MAX ||
        asprintf(&name, "%.*s%s%s" SUFFIX, (int)length, folder, slash ? "/" : "", path) < 0)
        return LOCATE_MEMORY;
    return try_file(s, name, found);
}

char *locate_folder(const char *file)
{
    struct stat about;
    char *real = lstat(file, &about) == 0 && S_ISLNK(about.st_mode) ? realpath(file, NULL) : NULL;
    const char *base = real ? real : file;
    char *folder = strndup(base, (size_t)folder_length(base));
    free(real);
    return folder;
}

static locate_status try_beside(search *s, const char *importer, bool *found)
{
    char *folder = locate_folder(importer);
    if (!folder)
        return LOCATE_MEMORY;
    bool absolute = s->path[0] == '/';
    locate_status status = try_folder(s, folder, absolute ? 0 : strlen(folder), found);
    free(folder);
    return status;
}

static locate_status try_files(search *s, const locate_from *from, bool *found)
{
    locate_status status = LOCATE_FOUND;
    if (!from->is_host)
        status = try_beside(s, from->name, found);
    /* `./x` and `../x` mean that place only. */
    bool fixed =
        s->path[0] == '/' || strncmp(s->path, "./", 2) == 0 || strncmp(s->path, "../", 3) == 0;
    const char *folders = fixed ? NULL : getenv("CSP_PATH");
    while (status == LOCATE_FOUND && !*found && folders && *folders) {
        size_t length = strcspn(folders, ":");
        if (length > 0)
            status = try_folder(s, folders, length, found);
        folders += length;
        folders += *folders == ':';
    }
    return status;
}

/* ---- Both ---- */

static void report_missing(search *s)
{
    diag *d = diag_error(s->diags, s->at, "there is no module `%s`", s->path);
    int shown = locate_shown_length(s->path);
    if (s->tried_out)
        fflush(s->tried_out);
    if (!s->w->import_files)
        diag_hint(d, "only what the host of this program offers can be imported");
    else if (s->path[shown])
        diag_hint(d, "`" SUFFIX "` is appended: `import \"%.*s\"`", shown, s->path);
    else if (s->tried_count == 0)
        diag_hint(d, "`CSP_PATH` names no folder to look in");
    else
        diag_hint(d, "looked for %s", s->tried);
}

static locate_status find(search *s, const locate_from *from)
{
    bool found = false;
    locate_status status = try_hosts(s, from, false, &found);
    if (status == LOCATE_FOUND && !found && s->w->load)
        status = try_hosts(s, from, true, &found);
    if (status == LOCATE_FOUND && !found && s->w->import_files)
        status = try_files(s, from, &found);
    if (status == LOCATE_FOUND && !found) {
        report_missing(s);
        return LOCATE_FAILED;
    }
    return status;
}

/* Whether the path can name a module at all. */
static bool is_sensible(const search *s, size_t length)
{
    if (length == 0)
        diag_error(s->diags, s->at, "the path of the module is empty");
    else if (strlen(s->path) < length)
        diag_error(s->diags, s->at, "the path of a module cannot contain `\\0`");
    else if (world_find_module(s->w, s->path) > LANGUAGE_PRELUDE)
        diag_hint(
            diag_error(s->diags, s->at, "`%s` is always there and needs no `import`", s->path),
            "a file of that name is imported by `import \"./%s\" as …`", s->path);
    else
        return true;
    return false;
}

locate_status locate(world *w, const locate_from *from, const char *path, size_t length,
                     src_span at, diag_list *diags, located *out)
{
    *out = (located){.fd = -1};
    char *copy = strndup(path, length);
    if (!copy)
        return LOCATE_MEMORY;
    search s = {.w = w, .path = copy, .at = at, .diags = diags, .out = out};
    locate_status status = LOCATE_FAILED;
    if (is_sensible(&s, length)) {
        s.tried_out = open_memstream(&s.tried, &s.tried_size);
        status = find(&s, from);
        if (s.tried_out)
            fclose(s.tried_out);
        free(s.tried);
    }
    free(copy);
    if (status != LOCATE_FOUND)
        locate_free(out);
    return status;
}

void locate_free(located *l)
{
    if (l->fd >= 0)
        close(l->fd);
    free(l->name);
    free(l->key);
    *l = (located){.fd = -1};
}

locate_status locate_read(const located *l, src_span at, diag_list *diags, char **text,
                          size_t *size)
{
    *size = l->host ? l->host->size : 0;
    size_t capacity = l->host ? *size + 1 : 16384;
    *text = malloc(capacity);
    if (!*text)
        return LOCATE_MEMORY;
    if (l->host) {
        if (*size > 0)
            memcpy(*text, l->host->text, *size);
        return LOCATE_FOUND;
    }
    for (;;) {
        ssize_t got = read(l->fd, *text + *size, capacity - *size);
        if (got == 0)
            return LOCATE_FOUND;
        if (got < 0 && errno == EINTR)
            continue;
        bool too_large = got > 0 && (off_t)*size + got > FILE_MAX;
        if (got < 0 || too_large) {
            diag_error(diags, at, "cannot read the module: %s: %s", l->name,
                       too_large ? "it is larger than 1 GiB" : strerror(errno));
            free(*text);
            return LOCATE_FAILED;
        }
        *size += (size_t)got;
        if (*size < capacity)
            continue;
        char *grown = array_room(*text, &capacity, *size + 1, 1);
        if (!grown) {
            free(*text);
            return LOCATE_MEMORY;
        }
        *text = grown;
    }
}

#include "repl/complete.h"

#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "include/csp_tools.h"
#include "repl/columns.h"
#include "repl/commands.h"
#include "repl/mark.h"
#include "repl/settings.h"
#include "repl/terminal.h"

#define BLANKS " \t"

/* What is offered has to begin so. */
typedef struct wanted {
    const char *prefix;
    size_t length;
    void (*each)(void *target, const char *candidate);
    void *target;
} wanted;

static void offer_number(void *user, const csp_process *process)
{
    const wanted *w = user;
    char number[24];
    snprintf(number, sizeof number, "%llu", (unsigned long long)process->number);
    if (strncmp(number, w->prefix, w->length) == 0)
        w->each(w->target, number);
}

/* ---- Files ---- */

/* Makes of a name what is offered; it has room for a `/`. modules: what `import` takes, folders and
 * files of csp without their ending. False: it is not to be offered. */
static bool accept_file(DIR *folder, char *name, bool modules)
{
    struct stat status;
    if (fstatat(dirfd(folder), name, &status, 0) != 0)
        return false;
    size_t size = strlen(name);
    if (S_ISDIR(status.st_mode)) {
        memcpy(name + size, "/", sizeof "/");
        return true;
    }
    if (!modules)
        return true;
    bool is_module = size > 4 && strcmp(name + size - 4, ".csp") == 0;
    if (is_module)
        name[size - 4] = '\0';
    return is_module;
}

/* The files whose paths begin like the wanted one; at most FILES of a folder are looked at. */
static void complete_files(const wanted *w, bool modules)
{
    enum { FILES = 10000 };
    char path[PATH_MAX], name[NAME_MAX + 2];
    size_t folder_size = w->length;
    while (folder_size > 0 && w->prefix[folder_size - 1] != '/')
        folder_size--;
    if (w->length >= sizeof path)
        return;
    snprintf(path, sizeof path, "%.*s", (int)folder_size, w->prefix);
    const char *begun = w->prefix + folder_size;
    size_t begun_size = w->length - folder_size;
    DIR *folder = opendir(folder_size ? path : ".");
    const struct dirent *entry;
    for (int seen = 0; folder && seen < FILES && (entry = readdir(folder)); seen++) {
        snprintf(name, sizeof name, "%s", entry->d_name);
        bool hidden = name[0] == '.' && (begun_size == 0 || begun[0] != '.');
        if (hidden || strncmp(name, begun, begun_size) != 0 || !accept_file(folder, name, modules))
            continue;
        char whole[PATH_MAX + NAME_MAX + 2];
        snprintf(whole, sizeof whole, "%s%s", path, name);
        w->each(w->target, whole);
    }
    if (folder)
        closedir(folder);
}

/* Whether the quote at `at` is that of an import's path. */
static bool is_import(const char *text, size_t at)
{
    static const char word[] = "import";
    while (at > 0 && strchr(BLANKS, text[at - 1]))
        at--;
    size_t size = sizeof word - 1;
    return at >= size && memcmp(text + at - size, word, size) == 0 &&
           (at == size || strchr(BLANKS ";\n{", text[at - size - 1]));
}

/* ---- Entries and commands ---- */

typedef struct counted {
    void (*each)(void *target, const char *candidate);
    void *target;
    size_t count;
} counted;

static void count_one(void *user, const char *candidate)
{
    counted *c = user;
    c->count++;
    c->each(c->target, candidate);
}

/* A piece of the language; in a string that is no key of a value, a file. */
static void complete_code(repl *r, const char *text, size_t size, size_t *start,
                          void (*each)(void *target, const char *candidate), void *target)
{
    counted c = {each, target, 0};
    csp_complete(r->session, text, size, start, count_one, &c);
    if (c.count > 0 || *start == 0 || *start > size || text[*start - 1] != '"')
        return;
    wanted w = {text + *start, size - *start, each, target};
    complete_files(&w, is_import(text, *start - 1));
}

/* The name of a setting, or, behind one, what it may be. */
static void complete_setting(const char *argument, const wanted *w)
{
    argument += strspn(argument, BLANKS);
    size_t length = strcspn(argument, BLANKS);
    if (argument == w->prefix)
        settings_each(w->prefix, w->length, w->each, w->target);
    else
        settings_each_value(argument, length, w->prefix, w->length, w->each, w->target);
}

/* The last word of the argument of a command, which begins at `argument`; *start is where the word
 * does. */
static void complete_argument(repl *r, argument_kind kind, const char *text, size_t size,
                              size_t argument, size_t *start, wanted w)
{
    switch (kind) {
    case ARGUMENT_PROCESS: csp_each_process(r->vm, offer_number, &w); break;
    case ARGUMENT_NAME:
    case ARGUMENT_CODE:
        complete_code(r, text + argument, size - argument, start, w.each, w.target);
        *start += argument;
        break;
    case ARGUMENT_COMMAND: commands_each(w.prefix, w.length, w.each, w.target); break;
    case ARGUMENT_SETTING: complete_setting(text + argument, &w); break;
    case ARGUMENT_MARK: mark_each(w.prefix, w.length, w.each, w.target); break;
    case ARGUMENT_FILE:
        argument += strspn(text + argument, BLANKS);
        *start = argument;
        w.prefix = text + argument;
        w.length = size - argument;
        complete_files(&w, false);
        break;
    case ARGUMENT_NONE:
    case ARGUMENT_TEXT: break;
    }
}

/* `text` has the colon at `colon`. */
static void complete_command(repl *r, const char *text, size_t size, size_t colon, size_t *start,
                             void (*each)(void *target, const char *candidate), void *target)
{
    const char *name = text + colon + 1;
    size_t length = 0, from = size;
    while (colon + 1 + length < size && !strchr(BLANKS, name[length]))
        length++;
    while (!strchr(BLANKS ":", text[from - 1]))
        from--;
    *start = from;
    size_t argument = colon + 1 + length;
    wanted w = {text + from, size - from, each, target};
    if (argument == size) {
        commands_each(name, length, each, target);
        return;
    }
    commands_each_word(name, length, w.prefix, w.length, each, target);
    argument_kind kind = commands_argument(name, length);
    bool number = strspn(w.prefix, "0123456789") >= w.length;
    if (kind == ARGUMENT_PROCESS && !number)
        kind = ARGUMENT_CODE;
    complete_argument(r, kind, text, size, argument, start, w);
}

void complete_entry(void *user, const char *text, size_t size, size_t *start,
                    void (*each)(void *target, const char *candidate), void *target)
{
    repl *r = user;
    size_t blanks = strspn(text, BLANKS);
    if (!r->input && blanks < size && text[blanks] == ':')
        complete_command(r, text, size, blanks, start, each, target);
    else
        complete_code(r, text, size, start, each, target);
}

/* ---- Lists ---- */

static bool in_name(char c)
{
    return c == '_' || c == '.' || isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* How that function is called, and the first line of what is known about it. NULL: it is none. */
static char *describe(repl *r, const char *name)
{
    char *signature = csp_signature(r->session, name), *lines = NULL;
    char *doc = signature ? csp_doc(r->session, name) : NULL;
    if (doc) {
        const char *behind = doc + strlen(signature); /* with which it begins */
        int size = *behind ? (int)strcspn(behind + 1, "\n") : 0;
        if (asprintf(&lines, "%s\n%.*s%s", signature, size, size ? behind + 1 : "",
                     size ? "\n" : "") < 0)
            lines = NULL;
    }
    csp_text_free(doc);
    csp_text_free(signature);
    return lines;
}

/* The same of the function whose call has just been begun. */
static char *find_signature(repl *r, const char *text, size_t size)
{
    size_t end = size, from;
    while (end > 0 && strchr(BLANKS, text[end - 1]))
        end--;
    if (end == 0 || text[end - 1] != '(')
        return NULL;
    for (from = --end; from > 0 && in_name(text[from - 1]);)
        from--;
    char *name = strndup(text + from, end - from);
    char *lines = name && *name ? describe(r, name) : NULL;
    free(name);
    return lines;
}

/* Down the columns, as ls does; at most a screen less what stands around it. */
static void put_columns(FILE *out, char *const *names, size_t count)
{
    enum { AROUND = 4, MANY = 100, GAP = 2 };
    screen_size screen = columns_screen();
    int width = 1;
    for (size_t i = 0; i < count; i++)
        if (columns_of(names[i]) + GAP > width)
            width = columns_of(names[i]) + GAP;
    size_t columns = (size_t)(screen.columns / width ? screen.columns / width : 1);
    size_t rows = (count + columns - 1) / columns;
    size_t most = (size_t)(screen.rows > AROUND ? screen.rows - AROUND : 1), shown = count;
    if (rows > most) {
        rows = most;
        shown = rows * columns;
    }
    if (count > MANY || shown < count)
        fprintf(out, "%zu candidates%s\n", count, shown < count ? ", the first:" : ":");
    for (size_t row = 0; row < rows; row++) {
        for (size_t i = row; i < shown; i += rows)
            if (i + rows < shown)
                columns_put(out, names[i], width, false);
            else
                fputs(names[i], out);
        putc('\n', out);
    }
}

typedef struct labels {
    char **all; /* as many as there are candidates */
    size_t count;
} labels;

static void add_label(void *user, const csp_process *p)
{
    labels *l = user;
    char *label;
    int size = asprintf(&label, "%llu %s", (unsigned long long)p->number,
                        p->kind == CSP_IS_MAIN ? "" : p->name);
    l->all[l->count] = size < 0 ? NULL : label;
    l->count += size >= 0;
}

/* The candidates, numbers of processes with their names. False: they are too many to be read, or
 * there is no memory. */
static bool put_processes(repl *r, FILE *out, char *const *candidates, size_t count)
{
    enum { MANY = 100 };
    char *all[MANY];
    labels l = {.all = all};
    for (size_t i = 0; i < count && count <= MANY && l.count == i; i++) {
        char *end;
        unsigned long long number = strtoull(candidates[i], &end, 10);
        if (*end != '\0' && (all[l.count] = strdup(candidates[i])))
            l.count++;
        else if (*end == '\0' && csp_find_process(r->vm, number, add_label, &l) != CSP_OK)
            csp_error_free(csp_take_error(r->vm));
    }
    bool ok = count > 0 && l.count == count;
    if (ok)
        put_columns(out, all, count);
    while (l.count > 0)
        free(all[--l.count]);
    return ok;
}

void complete_list(void *user, const char *text, size_t size, char *const *candidates, size_t count)
{
    repl *r = user;
    char *signature = find_signature(r, text, size);
    if (signature) {
        terminal_write(1, signature, strlen(signature));
        free(signature);
        return;
    }
    buffer b;
    if (!buffer_open(&b))
        return;
    if (!put_processes(r, b.out, candidates, count))
        put_columns(b.out, candidates, count);
    char *list = buffer_take(&b);
    if (list)
        terminal_write(1, list, strlen(list));
    free(list);
}

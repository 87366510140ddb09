#include "repl/doc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "repl/failure.h"
#include "repl/source.h"
#include "repl/standard.h"

typedef struct names {
    char **items;
    size_t count;
    bool failed; /* no memory */
} names;

/* A candidate lives no longer than the completion that reports it. */
static void add_name(void *user, const char *name)
{
    names *all = user;
    char **items = realloc(all->items, (all->count + 1) * sizeof *items);
    char *own = strdup(name);
    if (items)
        all->items = items;
    if (!items || !own) {
        free(own);
        all->failed = true;
        return;
    }
    items[all->count++] = own;
}

static void free_names(names *all)
{
    for (size_t i = 0; i < all->count; i++)
        free(all->items[i]);
    free(all->items);
}

/* What may follow `text`; the caller frees it. */
static names complete(csp_session *session, const char *text)
{
    names all = {0};
    size_t start;
    csp_complete(session, text, strlen(text), &start, add_name, &all);
    return all;
}

static bool print_name(csp_session *session, const char *name)
{
    char *text = csp_doc(session, name);
    if (text)
        standard_put(STDOUT_FILENO, text);
    csp_text_free(text);
    return text != NULL;
}

enum { LONGEST_NAME = 128 };

/* False: not a module, or no memory. */
static bool print_members(csp_session *session, const char *module_name)
{
    char name[LONGEST_NAME];
    if (snprintf(name, sizeof name, "%s.", module_name) >= (int)sizeof name)
        return false;
    names members = complete(session, name);
    bool ok = members.count > 0 && !members.failed;
    for (size_t i = 0; ok && i < members.count; i++)
        if (snprintf(name, sizeof name, "%s.%s", module_name, members.items[i]) < (int)sizeof name)
            print_name(session, name);
    free_names(&members);
    return ok;
}

static bool print_one(csp_session *session, const char *name)
{
    bool is_module = strchr(name, '.') == NULL && print_members(session, name);
    return is_module || print_name(session, name);
}

static bool print_all(csp_session *session)
{
    names all = complete(session, "");
    for (size_t i = 0; i < all.count; i++)
        print_one(session, all.items[i]);
    free_names(&all);
    return !all.failed;
}

/* A name has no `/`, and is not that of a file. */
static bool is_file(const char *input)
{
    size_t length = strlen(input);
    return strchr(input, '/') || (length > 4 && strcmp(input + length - 4, ".csp") == 0);
}

static int print_text(csp_vm *vm, const options *o, const source *s)
{
    char *text;
    if (csp_doc_text(vm, s->name, s->text, s->size, &text) == CSP_OK) {
        standard_put(STDOUT_FILENO, text);
        csp_text_free(text);
        return 0;
    }
    failure_print(vm, o);
    return EXIT_USAGE;
}

static int print_file(csp_vm *vm, const options *o)
{
    source s;
    int status = source_read(o->input, &s) ? print_text(vm, o, &s) : EXIT_USAGE;
    source_free(&s);
    return status;
}

int doc_run(const options *o)
{
    csp_vm *vm;
    if (csp_new(&o->config, &vm) != CSP_OK) {
        standard_put(STDERR_FILENO, "csp: out of memory\n");
        return EXIT_USAGE;
    }
    if (o->input && is_file(o->input)) {
        int status = print_file(vm, o);
        csp_free(vm);
        return status;
    }
    csp_session *session = csp_session_new(vm);
    bool found = session && (o->input ? print_one(session, o->input) : print_all(session));
    if (!found && session && o->input) {
        char *near = csp_doc_near(session, o->input);
        standard_printf(STDERR_FILENO, "csp: nothing is known about `%s`", o->input);
        if (near)
            standard_printf(STDERR_FILENO, "; did you mean `%s`?", near);
        standard_put(STDERR_FILENO, "\n");
        csp_text_free(near);
    }
    csp_free(vm);
    return found ? 0 : EXIT_CRASH;
}

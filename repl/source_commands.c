#include "repl/source_commands.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "include/csp_tools.h"
#include "repl/evaluate.h"
#include "repl/pieces.h"
#include "repl/source.h"
#include "repl/terminal.h"

static void say_unknown(repl *r, const char *name)
{
    char *near = csp_doc_near(r->session, name);
    if (near)
        repl_print(2, "nothing is known about `%s`; did you mean `%s`?\n", name, near);
    else
        repl_print(2, "nothing is known about `%s`\n", name);
    csp_text_free(near);
}

void command_doc(repl *r, const char *argument)
{
    char *text = csp_doc(r->session, argument);
    if (text)
        pieces_show(r, text);
    else
        say_unknown(r, argument);
    csp_text_free(text);
}

void command_src(repl *r, const char *argument)
{
    char *text = csp_source(r->session, argument, NULL, NULL);
    char *doc = text ? NULL : csp_doc(r->session, argument);
    if (text) {
        pieces_show(r, text);
        terminal_fresh_line();
    } else if (doc)
        repl_print(2, "`%s` has no source here: it is a part of the language\n", argument);
    else
        say_unknown(r, argument);
    csp_text_free(doc);
    csp_text_free(text);
}

/* ---- Files ---- */

void command_load(repl *r, const char *argument)
{
    source s;
    if (source_read(argument, &s) && csp_session_file(r->session, argument) == CSP_OK) {
        evaluate_quietly(r, s.text, s.size);
        csp_session_file(r->session, NULL);
    }
    source_free(&s);
}

typedef struct saved {
    FILE *file;
    const char *last; /* the statement written last */
    unsigned names;
} saved;

static void save_name(void *user, const csp_name *name)
{
    saved *all = user;
    if (!name->text)
        return;
    all->names++;
    if (name->text != all->last)
        fprintf(all->file, "%s\n", name->text);
    all->last = name->text;
}

void command_save(repl *r, const char *argument)
{
    saved all = {.file = fopen(argument, "we")};
    bool ok = all.file && csp_each_name(r->session, save_name, &all) == CSP_OK;
    if (all.file && fclose(all.file) != 0)
        ok = false;
    if (ok)
        repl_print(1, "%s: %u name%s\n", argument, all.names, all.names == 1 ? "" : "s");
    else
        repl_print(2, "%s cannot be written: %s\n", argument, strerror(errno));
}

#include "repl/edit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "include/csp_tools.h"
#include "repl/program.h"
#include "repl/source.h"
#include "repl/terminal.h"

static const char *editor(void)
{
    const char *names[] = {getenv("VISUAL"), getenv("EDITOR")};
    for (int i = 0; i < 2; i++)
        if (names[i] && *names[i])
            return names[i];
    return "vi";
}

/* A new file with the text in it, whose name the caller frees. NULL: errno says why not. */
static char *write_file(const char *text)
{
    const char *folder = getenv("TMPDIR");
    char *path;
    if (asprintf(&path, "%s/csp-XXXXXX.csp", folder && *folder ? folder : "/tmp") < 0)
        return NULL;
    int fd = mkstemps(path, (int)strlen(".csp"));
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    size_t size = strlen(text);
    bool ends = size == 0 || text[size - 1] == '\n';
    bool written = file && fprintf(file, "%s%s", text, ends ? "" : "\n") >= 0;
    if (file && fclose(file) == 0 && written)
        return path;
    int why = errno;
    if (fd >= 0)
        unlink(path);
    free(path);
    errno = why;
    return NULL;
}

/* What the editor has left, as one entry; the caller frees it. NULL: nothing, or it has failed,
 * and that has been said. */
static char *edited(const char *path)
{
    int status;
    source s = {0};
    if (!program_run(editor(), path, NULL, 0, &status)) {
        repl_print(2, "the editor %s cannot be run: %s ($VISUAL and $EDITOR name another)\n",
                   editor(), strerror(errno));
        return NULL;
    }
    if (status != 0) {
        repl_print(2, "the editor has failed: nothing is run\n");
        return NULL;
    }
    if (source_read(path, &s))
        while (s.size > 0 && strchr(" \t\r\n", s.text[s.size - 1]))
            s.text[--s.size] = '\0';
    if (s.size > 0)
        return s.text;
    source_free(&s);
    return NULL;
}

/* The text to begin with, which the caller frees by csp_text_free. NULL: that has been said. */
static char *beginning(repl *r, const char *name)
{
    if (!*name)
        return strdup(r->last ? r->last : "");
    char *text = csp_source(r->session, name, NULL, NULL);
    if (!text)
        repl_print(2, "`%s` has no source here\n", name);
    return text;
}

void command_edit(repl *r, const char *argument)
{
    char *text = beginning(r, argument);
    char *path = text ? write_file(text) : NULL;
    if (text && !path)
        repl_print(2, "no file to edit can be made: %s\n", strerror(errno));
    csp_text_free(text);
    if (!path)
        return;
    terminal_fresh_line();
    free(r->next);
    r->next = edited(path);
    unlink(path);
    free(path);
}

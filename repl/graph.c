#include "repl/graph.h"

#include <errno.h>
#include <inttypes.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "repl/columns.h"
#include "repl/graph_build.h"
#include "repl/pieces.h"
#include "repl/repl.h"
#include "repl/target.h"

/* ---- On the screen ---- */

/* NULL: no memory. */
static char *draw(const graph *g, size_t more)
{
    screen_size screen = columns_screen();
    buffer whole, cut;
    if (!buffer_open(&whole))
        return NULL;
    int rows = screen.rows - 3 - (more > 0);
    if (!graph_draw(whole.out, g, rows, screen.columns - 1))
        graph_list(whole.out, g);
    char *text = buffer_take(&whole);
    if (!text || !buffer_open(&cut)) {
        free(text);
        return NULL;
    }
    columns_put_lines(cut.out, text, screen.columns - 1, rows);
    if (more > 0) {
        seen_put_count(cut.out, more);
        fprintf(cut.out, " more processes (:graph X shows those beside X)\n");
    }
    free(text);
    return buffer_take(&cut);
}

/* ---- To a file ---- */

/* Runs Graphviz on the file. False: it is not there, or fails. */
static bool run_dot(const char *file, const char *to)
{
    char *const words[] = {"dot", "-Tsvg", "-o", (char *)(uintptr_t)to, (char *)(uintptr_t)file,
                           NULL};
    pid_t pid;
    int status;
    if (posix_spawnp(&pid, "dot", NULL, NULL, words, environ) != 0)
        return false;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return false;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool write_dot(const graph *g, const char *file)
{
    FILE *out = fopen(file, "we");
    if (!out)
        return false;
    graph_dot(out, g);
    bool ok = !ferror(out);
    return fclose(out) == 0 && ok;
}

static bool ends_in(const char *text, const char *end)
{
    size_t size = strlen(text), length = strlen(end);
    return size > length && strcmp(text + size - length, end) == 0;
}

static void write_file(const graph *g, const char *file)
{
    char *drawn = NULL;
    if (!write_dot(g, file)) {
        repl_print(2, "%s: %s\n", file, strerror(errno));
        return;
    }
    if (ends_in(file, ".svg") && asprintf(&drawn, "%s.new", file) >= 0) {
        if (run_dot(file, drawn) && rename(drawn, file) == 0)
            repl_print(1, "%s\n", file);
        else
            repl_print(1, "%s has the graph as text for dot: Graphviz did not draw it\n", file);
        unlink(drawn);
        free(drawn);
    } else {
        repl_print(1, "%s\n", file);
    }
}

/* ---- The command ---- */

static void show_graph(repl *r, graph_of of, const char *file)
{
    seen s;
    blocked b = {0};
    graph *g = malloc(sizeof *g);
    size_t more = 0;
    bool ok = seen_take(&s, r->vm, SEEN_CHANNELS) && g && blocked_find(&b, &s) &&
              graph_build(g, &b, of, &more);
    char *text = ok && !file ? draw(g, more) : NULL;
    if (!ok || (!file && !text))
        repl_print(2, "out of memory\n");
    else if (g->node_count == 0)
        repl_print(1, of.process || of.channel ? "nothing is there\n" : "no processes\n");
    else if (file)
        write_file(g, file);
    else
        pieces_show(r, text);
    free(text);
    free(g);
    blocked_free(&b);
    seen_free(&s);
}

/* The last word is a file if it ends in .svg or .dot: cut off, and given. NULL: it is none. */
static const char *take_file(char *argument)
{
    char *word = strrchr(argument, ' ');
    word = word ? word + 1 : argument;
    if (!ends_in(word, ".svg") && !ends_in(word, ".dot"))
        return NULL;
    if (word > argument)
        word[-1] = '\0';
    return word;
}

static void show_beside(repl *r, const char *what, const char *file)
{
    target t;
    if (!target_find(&t, r, what))
        return;
    if (t.kind == TARGET_VALUE)
        repl_print(2, "`%s` is neither a process nor a channel\n", what);
    else
        show_graph(r,
                   (graph_of){.process = t.kind == TARGET_PROCESS ? t.number : 0,
                              .channel = t.kind == TARGET_CHANNEL ? t.number : 0},
                   file);
    target_free(&t);
}

void command_graph(repl *r, const char *argument)
{
    char *words = strdup(argument);
    if (!words)
        return;
    const char *file = take_file(words);
    if (!*words || words == file)
        show_graph(r, (graph_of){0}, file);
    else
        show_beside(r, words, file);
    free(words);
}

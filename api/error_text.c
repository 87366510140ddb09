/* Errors as text, with colours or not, and as JSON. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "api/error.h"
#include "api/error_parts.h"
#include "base/json.h"
#include "vm/process/output.h"

/* The diagnostics of a module come before those of its importers. */
static void write_sources(const csp_error *err, diag_style style, FILE *out)
{
    for (error_source *s = err->sources; s; s = s->next) {
        char *places = diag_render(&s->diags, style);
        fputs(places ? places : "out of memory\n", out);
        free(places);
    }
}

static void write_text(const csp_error *err, bool colour, FILE *out)
{
    fprintf(out, colour ? "\033[1;31m%s:\033[0m " : "%s: ", err->head);
    if (err->report)
        fputs(colour && err->coloured ? err->coloured : err->report, out);
    else
        fprintf(out, "%s: %s\n", err->kind, err->message);
}

static void add_json(void *to, const char *piece, size_t size) { fwrite(piece, 1, size, to); }

/* For an error that is neither a crash nor in a source: one object on a line,
 * like diag_render's. */
static void write_json(const csp_error *err, FILE *out)
{
    json j = {.add = add_json, .to = out};
    json_open(&j, '{');
    json_key(&j, "file");
    json_null(&j);
    json_key(&j, "line");
    json_int(&j, 0);
    json_key(&j, "column");
    json_int(&j, 0);
    json_key(&j, "severity");
    json_text(&j, "error");
    json_key(&j, "kind");
    json_text(&j, err->kind);
    json_key(&j, "message");
    json_text(&j, err->message);
    json_key(&j, "report");
    json_text(&j, err->report);
    if (err->processes) {
        json_key(&j, "processes");
        json_raw(&j, err->processes);
    }
    json_close(&j, '}');
    putc('\n', out);
}

char *error_text(const csp_error *err, csp_style style)
{
    char *rendered = NULL;
    size_t size;
    FILE *out = open_memstream(&rendered, &size);
    if (!out)
        return NULL;
    if (err->sources)
        write_sources(err,
                      style == CSP_JSON     ? DIAG_JSON
                      : style == CSP_COLOUR ? DIAG_COLOUR
                                            : DIAG_TEXT,
                      out);
    else if (style == CSP_JSON && err->json)
        fputs(err->json, out);
    else if (style == CSP_JSON)
        write_json(err, out);
    else
        write_text(err, style == CSP_COLOUR, out);
    if (fclose(out) != 0) {
        free(rendered);
        return NULL;
    }
    return rendered;
}

void error_tell_plain(world *w, const char *kind, const char *message)
{
    static const csp_style styles[] = {
        [VM_PLAIN] = CSP_PLAIN, [VM_COLOUR] = CSP_COLOUR, [VM_JSON] = CSP_JSON};
    csp_error *kept = w->error;
    w->error = NULL;
    error_set_plain(w, kind, message, NULL);
    char *told = w->error ? error_text(w->error, styles[w->vm->host.style]) : NULL;
    if (told)
        vm_write(w->vm, STDERR_FILENO, told, strlen(told));
    free(told);
    error_free(w->error);
    w->error = kept;
    output_finish(w->vm);
}

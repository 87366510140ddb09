#include "api/error.h"

#include <stdlib.h>

#include "api/error_parts.h"

static void free_frames(error_frames *f)
{
    for (uint32_t i = 0; i < f->count; i++) {
        free(f->items[i].file);
        free(f->items[i].function);
    }
    free(f->items);
}

void error_free(csp_error *err)
{
    if (!err)
        return;
    while (err->sources) {
        error_source *s = err->sources;
        err->sources = s->next;
        diag_free(&s->diags);
        src_free(&s->src);
        free(s->name);
        free(s->text);
        free(s);
    }
    free_frames(&err->frames);
    free_frames(&err->spawns);
    error_free(err->cause);
    free(err->report);
    free(err->coloured);
    free(err->processes);
    free(err->json);
    free(err->name);
    free(err->kind);
    free(err->message);
    free(err);
}

csp_error *error_take(world *w)
{
    csp_error *err = w->error;
    w->error = NULL;
    return err;
}

csp_error *error_new_plain(const char *kind, const char *message)
{
    csp_error *err = calloc(1, sizeof *err);
    if (!err)
        return NULL;
    err->head = "error";
    err->kind = strdup(kind);
    err->message = strdup(message);
    if (!err->kind || !err->message) {
        error_free(err);
        return NULL;
    }
    return err;
}

csp_error *error_start(world *w, const char *kind, const char *message)
{
    error_free(w->error);
    w->error = error_new_plain(kind, message);
    return w->error;
}

void error_set_plain(world *w, const char *kind, const char *message, const char *report)
{
    csp_error *err = error_start(w, kind, message);
    if (err && report)
        err->report = strdup(report);
}

void error_set_memory(world *w) { error_set_plain(w, "out_of_memory", "out of memory", NULL); }

void error_set_interrupted(world *w)
{
    error_set_plain(w, "interrupted", "stopped from outside", NULL);
}

bool error_is_compile(const csp_error *err) { return err->stage == STAGE_COMPILE; }

const char *error_kind_of(const csp_error *err) { return err->kind; }

const char *error_message_of(const csp_error *err) { return err->message; }

void error_count(const csp_error *err, uint32_t *errors, uint32_t *warnings)
{
    *errors = err->sources ? 0 : 1;
    *warnings = 0;
    for (const error_source *s = err->sources; s; s = s->next) {
        *errors += s->diags.errors;
        *warnings += s->diags.warnings;
    }
}

csp_status world_failure(const world *w)
{
    if (w->stopped)
        return w->stopped;
    return w->error && error_is_compile(w->error) ? CSP_E_COMPILE : CSP_E_MEMORY;
}

/* The texts that define what a session binds. */
#include "api/session_text.h"

#include <stdlib.h>

#include "api/doc_text.h"

session_text *session_text_of(csp_session *s, const resolve_session_name *how)
{
    src_span span = how->item->span;
    session_text *last = s->total > s->count ? s->variables[s->total - 1].text : NULL;
    if (last && last->start == span.start) {
        last->uses++;
        return last;
    }
    uint32_t from = doc_start(how->src->text, span.start);
    session_text *t = malloc(sizeof *t + (span.end - from) + 1);
    char *file = s->file ? strdup(s->file) : NULL;
    if (!t || (s->file && !file)) {
        free(t);
        free(file);
        return NULL;
    }
    *t = (session_text){.uses = 1,
                        .start = span.start,
                        .line = src_locate(how->src, from).line,
                        .order = s->texts++,
                        .statement = how->item->kind,
                        .file = file,
                        .size = span.end - from};
    memcpy(t->text, how->src->text + from, t->size);
    t->text[t->size] = '\0';
    return t;
}

void session_text_drop(session_text *t)
{
    if (!t || --t->uses > 0)
        return;
    free(t->file);
    free(t);
}

#include "lexer/diag.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void diag_init(diag_list *list, src_text *src) { *list = (diag_list){.src = src}; }

static void free_texts(diag *d)
{
    free(d->message);
    free(d->hint);
    free(d->related_message);
    *d = (diag){0};
}

void diag_free(diag_list *list)
{
    for (uint32_t i = 0; i < list->count; i++)
        free_texts(&list->items[i]);
    free_texts(&list->unkept);
    free(list->items);
    diag_init(list, list->src);
}

/* NULL when memory has run out: diag_render leaves out what is missing. */
static char *format_text(const char *format, va_list arguments)
{
    char *text;
    return vasprintf(&text, format, arguments) < 0 ? NULL : text;
}

static diag *unkept(diag_list *list)
{
    free_texts(&list->unkept);
    return &list->unkept;
}

static bool says_the_same(const diag *d, diag_severity severity, src_span at, const char *message)
{
    return d->severity == severity && d->span.start == at.start && d->span.end == at.end &&
           message != NULL && d->message != NULL && strcmp(d->message, message) == 0;
}

static uint32_t kept(const diag_list *list, diag_severity severity)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < list->count; i++)
        count += list->items[i].severity == severity;
    return count;
}

/* Whether the place is in a piece that has been reported as a whole. */
static bool is_muted(const diag_list *list, src_span at)
{
    uint32_t from = 0, to = list->muted_count; /* binary search: the piece is in this range */
    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        if (list->muted[middle].end <= at.start)
            from = middle + 1;
        else
            to = middle;
    }
    return from < list->muted_count && list->muted[from].start <= at.start;
}

static diag *report(diag_list *list, diag_severity severity, src_span at, const char *format,
                    va_list arguments)
{
    if (list->muted_count > 0 && is_muted(list, at))
        return unkept(list);
    uint32_t *totals[] = {&list->errors, &list->warnings, &list->notes}, *total = totals[severity];
    if (list->items == NULL) {
        /* made once: what diag_error returned must not move */
        list->capacity = DIAG_SEVERITIES * DIAG_MAX;
        list->items = calloc(list->capacity, sizeof *list->items);
    }
    if (list->items == NULL || kept(list, severity) == DIAG_MAX) {
        ++*total;
        return unkept(list);
    }
    char *message = format_text(format, arguments);
    for (uint32_t i = 0; i < list->count; i++) {
        if (says_the_same(&list->items[i], severity, at, message)) {
            free(message);
            return unkept(list);
        }
    }
    ++*total;
    diag *d = &list->items[list->count++];
    *d = (diag){.severity = severity, .span = at, .message = message};
    return d;
}

diag *diag_error(diag_list *list, src_span at, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    diag *d = report(list, DIAG_ERROR, at, format, arguments);
    va_end(arguments);
    return d;
}

diag *diag_warning(diag_list *list, src_span at, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    diag *d = report(list, DIAG_WARNING, at, format, arguments);
    va_end(arguments);
    return d;
}

diag *diag_note(diag_list *list, src_span at, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    diag *d = report(list, DIAG_NOTE, at, format, arguments);
    va_end(arguments);
    return d;
}

void diag_hint(diag *d, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    free(d->hint);
    d->hint = format_text(format, arguments);
    va_end(arguments);
}

void diag_related(diag *d, src_span at, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    free(d->related_message);
    d->related_message = format_text(format, arguments);
    d->related = at;
    va_end(arguments);
}

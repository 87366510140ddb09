#include "api/foreign_text.h"

#include <stdlib.h>
#include <string.h>

static void write_span(FILE *out, const char *source, src_span at)
{
    fprintf(out, "%.*s", (int)(at.end - at.start), source + at.start);
}

/* Leaves out blanks after a `-`. */
static void write_literal(FILE *out, const char *source, src_span at)
{
    if (source[at.start] == '-') {
        putc('-', out);
        at.start += 1 + (uint32_t)strspn(source + at.start + 1, " \t\r\n");
    }
    write_span(out, source, at);
}

static void write_type(FILE *out, const ast_ctype *type, const char *source)
{
    if (!type->is_function) {
        fprintf(out, "%s%s", type->name->text, type->pointer ? "*" : "");
        return;
    }
    fputs("fn(", out);
    for (uint32_t i = 0; i < type->count; i++) {
        fputs(i ? ", " : "", out);
        write_type(out, &type->params[i], source);
    }
    putc(')', out);
    if (type->result) {
        fputs(": ", out);
        write_type(out, type->result, source);
    }
    if (type->otherwise) {
        fputs(" else ", out);
        write_literal(out, source, type->otherwise->span);
    }
}

static void write_fields(FILE *out, const ast_extern_item *item, const char *source)
{
    for (uint32_t i = 0; i < item->count; i++) {
        const ast_cfield *field = &item->fields[i];
        fputs(i ? ", " : "", out);
        if (field->name)
            fprintf(out, "%s: ", field->name->text);
        write_type(out, &field->type, source);
        if (field->length) {
            putc('[', out);
            write_span(out, source, field->length->span);
            putc(']', out);
        }
    }
    if (item->variadic)
        fputs(", ...", out);
}

static void write_function(FILE *out, const ast_extern_item *item, const char *source)
{
    putc('(', out);
    write_fields(out, item, source);
    putc(')', out);
    if (item->result) {
        fputs(": ", out);
        write_type(out, item->result, source);
    }
    if (item->fails) {
        fputs(" fails(", out);
        write_literal(out, source, item->fails->span);
        putc(')', out);
    }
    if (item->owned)
        fprintf(out, " owned(%s)", item->owned->text);
}

char *foreign_text(const ast_extern_item *item, const char *source)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    fputs(item->name->text, out);
    if (item->is_struct) {
        fputs(" {", out);
        write_fields(out, item, source);
        putc('}', out);
    } else {
        write_function(out, item, source);
    }
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

#include "base/array.h"
#include "lexer/diag.h"
#include "base/json.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

/* The number of columns of a source line to show: longer lines are cut around the span. */
enum { SHOWN_COLUMNS = 110, COLUMNS_BEFORE = 40 };

/* ---- text being written ---------------------------------------------------------------------- */

typedef struct output {
    char *text;
    size_t length, capacity;
    bool failed;
    bool colour;
} output;

static bool room_for(output *out, size_t size)
{
    if (out->failed)
        return false;
    char *text = array_room(out->text, &out->capacity, out->length + size + 1, 1);
    out->failed = text == NULL;
    if (text)
        out->text = text;
    return text != NULL;
}

static void put_bytes(output *out, const char *bytes, size_t size)
{
    if (!room_for(out, size))
        return;
    memcpy(out->text + out->length, bytes, size);
    out->length += size;
    out->text[out->length] = '\0';
}

static void put(output *out, const char *text) { put_bytes(out, text, strlen(text)); }

static void put_number(output *out, const char *before, uint32_t number)
{
    char digits[16];
    snprintf(digits, sizeof digits, "%u", number);
    put(out, before);
    put(out, digits);
}

static void put_repeated(output *out, const char *text, uint32_t count)
{
    while (count-- > 0)
        put(out, text);
}

typedef enum { BOLD, RED, YELLOW, CYAN, GREEN, PLAIN } paint;

static void set_paint(output *out, paint p)
{
    static const char *const codes[] = {"\033[1m",    "\033[1;31m", "\033[1;33m",
                                        "\033[1;36m", "\033[1;32m", "\033[0m"};
    if (out->colour)
        put(out, codes[p]);
}

/* ---- a line of source with its caret --------------------------------------------------------- */

/* One character of a source line as it is shown: what a terminal must not see (controls, broken
 * UTF-8, reordering characters) is replaced. */
typedef struct glyph {
    const char *bytes;
    unsigned size;  /* bytes to show */
    unsigned taken; /* bytes of source */
    unsigned width; /* columns; a tab counts 1 here and stays a tab */
} glyph;

static bool is_hidden(uint32_t rune)
{
    return (rune < ' ' && rune != '\t') || (rune >= 0x7f && rune < 0xa0) ||
           (rune >= 0x202a && rune <= 0x202e) || (rune >= 0x2066 && rune <= 0x2069) ||
           rune == 0x2028 || rune == 0x2029 || rune == 0xfeff;
}

static glyph glyph_at(const char *text, size_t size)
{
    uint32_t rune;
    unsigned length = utf8_decode(text, size, &rune);
    if (length == 0 || is_hidden(rune))
        return (glyph){"\xef\xbf\xbd", 3, length == 0 ? 1 : length, 1};
    int width = rune == '\t' ? 1 : utf8proc_charwidth((utf8proc_int32_t)rune);
    return (glyph){text, length, length, width < 0 ? 0 : (unsigned)width};
}

static uint32_t width_between(const char *text, uint32_t from, uint32_t to)
{
    uint32_t width = 0;
    while (from < to) {
        glyph g = glyph_at(text + from, to - from);
        width += g.width;
        from += g.taken;
    }
    return width;
}

/* Goes back from `at` over about `columns` columns; characters are at least one byte, so the work
 * is bounded. */
static uint32_t step_back(const char *text, uint32_t start, uint32_t at, uint32_t columns)
{
    while (at > start && columns > 0) {
        at--;
        while (at > start && utf8_continues(text[at]))
            at--;
        columns--;
    }
    return at;
}

static uint32_t step_on(const char *text, uint32_t at, uint32_t end, uint32_t columns)
{
    uint32_t width = 0;
    while (at < end) {
        glyph g = glyph_at(text + at, end - at);
        if (width + g.width > columns)
            break;
        width += g.width;
        at += g.taken;
    }
    return at;
}

static void put_source(output *out, const char *text, uint32_t from, uint32_t to)
{
    while (from < to) {
        glyph g = glyph_at(text + from, to - from);
        put_bytes(out, g.bytes, g.size);
        from += g.taken;
    }
}

static void put_indent(output *out, const char *text, uint32_t from, uint32_t to)
{
    while (from < to) {
        glyph g = glyph_at(text + from, to - from);
        if (text[from] == '\t')
            put(out, "\t");
        else
            put_repeated(out, " ", g.width);
        from += g.taken;
    }
}

static void put_line(output *out, src_text *src, src_span span, paint caret)
{
    uint32_t number;
    src_span line = src_line(src, span.start, &number);
    uint32_t start = span.start < line.end ? span.start : line.end;
    if (start < line.start)
        start = line.start;
    uint32_t end = span.end < line.end ? span.end : line.end;
    if (end < start)
        end = start;
    src_span shown = line;
    if (line.end - line.start > SHOWN_COLUMNS) {
        if (start - line.start > COLUMNS_BEFORE)
            shown.start = step_back(src->text, line.start, start, COLUMNS_BEFORE);
        shown.end = step_on(src->text, shown.start, line.end, SHOWN_COLUMNS);
    }
    if (end > shown.end)
        end = shown.end;
    const char *cut_left = shown.start > line.start ? "…" : "";
    put(out, cut_left);
    put_source(out, src->text, shown.start, shown.end);
    put(out, shown.end < line.end ? "…\n" : "\n");

    put_repeated(out, " ", cut_left[0] != '\0');
    put_indent(out, src->text, shown.start, start);
    set_paint(out, caret);
    uint32_t width = width_between(src->text, start, end);
    put_repeated(out, "^", width == 0 ? 1 : width);
    set_paint(out, PLAIN);
    put(out, "\n");
}

static void put_head(output *out, src_text *src, uint32_t offset, paint p, const char *severity,
                     const char *message, const char *name)
{
    src_position position = src_locate(src, offset);
    set_paint(out, BOLD);
    put(out, src->name);
    put_number(out, ":", position.line);
    put_number(out, ":", position.column);
    put(out, ": ");
    set_paint(out, p);
    put(out, severity);
    put(out, ": ");
    set_paint(out, PLAIN);
    put(out, message == NULL ? "out of memory" : message);
    if (name != NULL) {
        put(out, " [");
        put(out, name);
        put(out, "]");
    }
    put(out, "\n");
}

static const struct {
    const char *word;
    paint colour;
} severities[DIAG_SEVERITIES] = {{"error", RED}, {"warning", YELLOW}, {"note", CYAN}};

static void put_text(output *out, src_text *src, const diag *d)
{
    paint colour = severities[d->severity].colour;
    put_head(out, src, d->span.start, colour, severities[d->severity].word, d->message, d->name);
    put_line(out, src, d->span, colour);
    if (d->related_message != NULL) {
        put_head(out, src, d->related.start, CYAN, "note", d->related_message, NULL);
        put_line(out, src, d->related, CYAN);
    }
    if (d->hint != NULL) {
        set_paint(out, GREEN);
        put(out, "hint: ");
        set_paint(out, PLAIN);
        put(out, d->hint);
        put(out, "\n");
    }
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void add_json(void *to, const char *piece, size_t size) { put_bytes(to, piece, size); }

static void put_json(output *out, src_text *src, src_span span, const char *severity, const diag *d)
{
    src_position start = src_locate(src, span.start), end = src_locate(src, span.end);
    json j = {.add = add_json, .to = out};
    json_open(&j, '{');
    json_key(&j, "file");
    json_text(&j, src->name);
    json_key(&j, "line");
    json_int(&j, start.line);
    json_key(&j, "column");
    json_int(&j, start.column);
    json_key(&j, "end_line");
    json_int(&j, end.line);
    json_key(&j, "end_column");
    json_int(&j, end.column);
    json_key(&j, "severity");
    json_text(&j, severity);
    json_key(&j, "message");
    json_text(&j, d->message == NULL ? "out of memory" : d->message);
    if (d->name != NULL) {
        json_key(&j, "name");
        json_text(&j, d->name);
    }
    json_key(&j, "hint");
    json_text(&j, d->hint);
    json_close(&j, '}');
    put(out, "\n");
}

/* ---- the whole list -------------------------------------------------------------------------- */

static uint32_t kept(const diag_list *list, diag_severity severity)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < list->count; i++)
        count += list->items[i].severity == severity;
    return count;
}

/* "… and 3 more errors", or nothing. */
static void format_more(char *text, size_t size, uint32_t count, const char *what)
{
    text[0] = '\0';
    if (count > 0)
        snprintf(text, size, "… and %u more %s%s", count, what, count == 1 ? "" : "s");
}

/* Indices of the entries by position, equal ones in the order in which they were reported. */
static void sort_entries(const diag_list *list, uint32_t *order)
{
    for (uint32_t i = 0; i < list->count; i++) {
        uint32_t at = i;
        for (; at > 0 && list->items[order[at - 1]].span.start > list->items[i].span.start; at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
}

static void put_more(output *out, diag_list *list, char *text, bool as_json)
{
    if (text[0] == '\0')
        return;
    if (as_json) {
        src_span end = {list->src->length, list->src->length};
        put_json(out, list->src, end, "note", &(diag){.message = text});
    } else {
        put(out, text);
        put(out, "\n");
    }
}

char *diag_render(diag_list *list, diag_style style)
{
    output out = {.colour = style == DIAG_COLOUR};
    uint32_t order[DIAG_SEVERITIES * DIAG_MAX];
    bool as_json = style == DIAG_JSON;
    sort_entries(list, order);
    put(&out, "");
    for (uint32_t i = 0; i < list->count; i++) {
        const diag *d = &list->items[order[i]];
        if (as_json)
            put_json(&out, list->src, d->span, severities[d->severity].word, d);
        else
            put_text(&out, list->src, d);
    }
    char more[64];
    format_more(more, sizeof more, list->errors - kept(list, DIAG_ERROR), "error");
    put_more(&out, list, more, as_json);
    format_more(more, sizeof more, list->warnings - kept(list, DIAG_WARNING), "warning");
    put_more(&out, list, more, as_json);
    format_more(more, sizeof more, list->notes - kept(list, DIAG_NOTE), "note");
    put_more(&out, list, more, as_json);
    return out.text;
}

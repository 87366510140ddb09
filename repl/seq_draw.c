#include "repl/seq_draw.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "repl/columns.h"
#include "repl/seq_layout.h"

/* ---- Signs ---- */

typedef struct signs {
    const char *runs, *waits, *across, *buffered, *crosses, *out_right, *out_left, *right, *left,
        *begins, *ends, *fails, *does;
} signs;

static const signs boxes = {"│", "┊", "─", "╌", "┼", "├", "┤", "▶", "◀", "┬", "┴", "✗", "●"};
static const signs ascii = {"|", ":", "-", ".", "+", "+", "+", ">", "<", "+", "+", "x", "o"};

/* ---- Lifelines ---- */

typedef enum life { LIFE_NONE, LIFE_RUNS, LIFE_WAITS } life;

/* NOTE_VALUE: columns; its characters may be of four bytes, and some take no column. */
enum { WIDEST = 400, NOTE = 512, NOTE_VALUE = 32 };

typedef struct diagram {
    const sequence *s;
    seq_layout layout;
    const signs *signs;
    unsigned char *lives; /* SEQ_COLUMNS for each event */
    int step, width;      /* of a column, of all that is drawn */
    const char *cells[WIDEST];
    char *label; /* stands at label_at, hides the cells below it */
    int label_at, label_width;
    char note[NOTE];   /* at the right … */
    const char *place; /* … and this, as far as there is room */
} diagram;

static unsigned char *life_at(const diagram *d, size_t row, int column)
{
    return &d->lives[row * SEQ_COLUMNS + (size_t)column];
}

static bool is_over(csp_event_kind kind)
{
    return kind == CSP_EVENT_END || kind == CSP_EVENT_CRASH || kind == CSP_EVENT_KILLED;
}

static bool is_spawned(const event *e, uint64_t number)
{
    return e->kind == CSP_EVENT_SPAWN && e->other == number;
}

static bool concerns(const event *e, uint64_t number)
{
    return e->process == number || e->other == number;
}

static bool waited_for(const event *e, uint64_t number)
{
    return (e->process == number && e->waited) || (e->other == number && e->other_waited);
}

static bool waits_now(const sequence *s, uint64_t number)
{
    for (size_t i = 0; i < s->waiting_count; i++)
        if (s->waiting[i] == number)
            return true;
    return false;
}

/* The rows behind `from` and before `to`. */
static void set_waiting(diagram *d, int column, size_t from, size_t to)
{
    for (size_t row = from; row < to; row++)
        if (*life_at(d, row, column) == LIFE_RUNS)
            *life_at(d, row, column) = LIFE_WAITS;
}

static void find_life(diagram *d, int column)
{
    const seq_process *p = d->layout.columns[column];
    const sequence *s = d->s;
    size_t behind = 0; /* its last event */
    life now = p && is_spawned(s->events[p->first], p->number) ? LIFE_NONE : LIFE_RUNS;
    for (size_t i = 0; i < s->count; i++) {
        const event *e = s->events[i];
        bool mine = p && concerns(e, p->number);
        if (mine && is_spawned(e, p->number))
            now = LIFE_RUNS;
        *life_at(d, i, column) = (unsigned char)now;
        if (mine && waited_for(e, p->number))
            set_waiting(d, column, behind, i);
        if (mine)
            behind = i + 1;
        if (mine && e->process == p->number && is_over(e->kind))
            now = LIFE_NONE;
    }
    if (p && now == LIFE_RUNS && waits_now(s, p->number))
        set_waiting(d, column, behind, s->count);
}

/* ---- A row ---- */

static int centre(const diagram *d, int column) { return column * d->step + d->step / 2; }

static void draw_lives(diagram *d, size_t row)
{
    for (int x = 0; x < WIDEST; x++)
        d->cells[x] = NULL;
    for (int c = 0; c < d->layout.column_count; c++) {
        life now = *life_at(d, row, c);
        d->cells[centre(d, c)] = now == LIFE_RUNS    ? d->signs->runs
                                 : now == LIFE_WAITS ? d->signs->waits
                                                     : NULL;
    }
    free(d->label);
    d->label = NULL;
    d->note[0] = '\0';
    d->place = "";
}

/* The text in at most `room` columns, with a blank at both sides if there is room for them. */
static void set_label(diagram *d, const char *text, int from, int room)
{
    buffer b;
    int width = columns_of(text), padding = width + 2 <= room ? 2 : 0;
    width = width < room ? width : room;
    if (room < 1 || !*text || !buffer_open(&b))
        return;
    fprintf(b.out, "%s", padding ? " " : "");
    columns_put(b.out, text, width, false);
    fprintf(b.out, "%s", padding ? " " : "");
    d->label = buffer_take(&b);
    d->label_width = width + padding;
    d->label_at = from + (room - d->label_width) / 2;
}

/* Words, which are there as a whole or not at all. */
static const char spawn_word[] = "spawn", kill_word[] = "kill";

static void draw_arrow(diagram *d, int from, int to, const char *text, bool buffered)
{
    const signs *g = d->signs;
    int x = centre(d, from), y = centre(d, to), way = x < y ? 1 : -1;
    for (int at = x + way; at != y; at += way)
        d->cells[at] = d->cells[at] ? g->crosses : buffered ? g->buffered : g->across;
    d->cells[x] = way > 0 ? g->out_right : g->out_left;
    d->cells[y - way] = way > 0 ? g->right : g->left;
    int low = x < y ? x : y, distance = (y - x) * way;
    bool word = text == spawn_word || text == kill_word;
    if (!word || columns_of(text) <= distance - 3)
        set_label(d, text, low + 2, distance - 3);
}

static void set_sign(diagram *d, int column, const char *sign)
{
    if (column >= 0)
        d->cells[centre(d, column)] = sign;
}

static void note_at(diagram *d, const event *e, const char *text)
{
    if (e->kind == CSP_EVENT_RECEIVE && e->other)
        snprintf(d->note, NOTE, "outcome");
    else if (e->channel && *text)
        snprintf(d->note, NOTE, "%s <chan %" PRIu64 ">", text, e->channel);
    else if (e->channel)
        snprintf(d->note, NOTE, "<chan %" PRIu64 ">", e->channel);
    else
        snprintf(d->note, NOTE, "%s", text);
    d->place = e->place;
}

static void note_value(diagram *d, const event *e, const char *before, const char *after)
{
    char text[NOTE - 64];
    int columns;
    int size = (int)columns_fitting(e->value, NOTE_VALUE, &columns);
    snprintf(text, sizeof text, "%s%.*s%s", before, size, e->value, after);
    note_at(d, e, text);
}

/* An arrow if two columns are concerned, else a sign for what one does. */
static void draw_between(diagram *d, const event *e, int from, int to, const char *label,
                         const char *what)
{
    const char *sent = e->kind == CSP_EVENT_SPAWN || e->kind == CSP_EVENT_KILL ? what : "";
    if (from >= 0 && to >= 0 && from != to) {
        draw_arrow(d, from, to, label, e->kind == CSP_EVENT_RECEIVE);
        note_at(d, e, "");
    } else {
        set_sign(d, from >= 0 ? from : to, d->signs->does);
        if (*sent)
            note_at(d, e, sent);
        else
            note_value(d, e, "", what);
    }
}

static void draw_end(diagram *d, const event *e, int column, const char *what, bool failed)
{
    bool nothing = strcmp(e->value, "nil") == 0;
    set_sign(d, column, failed ? d->signs->fails : d->signs->ends);
    note_value(d, e, what, "");
    if (nothing) {
        d->note[0] = '\0';
        d->place = "";
    }
}

/* False: it concerns nobody but those that share a column. */
static bool draw_event(diagram *d, size_t row)
{
    const event *e = d->s->events[row], *sender = d->layout.senders[row];
    int p = seq_column(&d->layout, e->process), q = seq_column(&d->layout, e->other);
    int shared = d->layout.others ? SEQ_COLUMNS - 1 : -2;
    int s = sender ? seq_column(&d->layout, sender->process) : q;
    bool hidden = p == shared && (q < 0 || q == shared) && (!sender || s == shared);
    if (hidden || (p < 0 && q == shared))
        return false;
    draw_lives(d, row);
    switch (e->kind) {
    case CSP_EVENT_MESSAGE: draw_between(d, e, p, q, e->value, " from"); break;
    case CSP_EVENT_SEND:
        set_sign(d, p, d->signs->does);
        note_value(d, e, "", " into");
        break;
    case CSP_EVENT_RECEIVE: draw_between(d, e, s, p, e->value, " from"); break;
    case CSP_EVENT_CLOSE:
        set_sign(d, p, d->signs->does);
        note_at(d, e, "close");
        break;
    case CSP_EVENT_SPAWN:
        if (p >= 0)
            draw_between(d, e, p, q, spawn_word, spawn_word);
        if (p != q)
            set_sign(d, q, d->signs->begins);
        break;
    case CSP_EVENT_KILL: draw_between(d, e, p, q, kill_word, kill_word); break;
    case CSP_EVENT_END: draw_end(d, e, p, "", false); break;
    case CSP_EVENT_CRASH: draw_end(d, e, p, "", true); break;
    case CSP_EVENT_KILLED: draw_end(d, e, p, "killed: ", true); break;
    }
    return true;
}

/* ---- Writing ---- */

/* "hoare-copy.csp:22" in so many columns, else ":22"; "": neither fits. */
static const char *short_place(const char *place, int room)
{
    const char *line = strrchr(place, ':');
    if (columns_of(place) <= room)
        return place;
    return line && columns_of(line) <= room ? line : "";
}

static void put_note(FILE *out, const diagram *d, int blanks, int room)
{
    enum { BETWEEN = 2 };
    int columns = columns_of(d->note), taken = columns + (columns ? BETWEEN : 0);
    const char *place = short_place(d->place, room - taken);
    if (!columns && !*place)
        return;
    fprintf(out, "%*s", blanks, "");
    if (columns > room)
        columns_put(out, d->note, room, false);
    else
        fprintf(out, "%s%s%s", d->note, columns && *place ? "  " : "", place);
}

static void put_row(FILE *out, const diagram *d)
{
    int lines = d->layout.column_count * d->step, blanks = 0;
    for (int x = 0; x < lines;) {
        bool label = d->label && x == d->label_at;
        const char *cell = label ? d->label : d->cells[x];
        if (cell) {
            fprintf(out, "%*s%s", blanks, "", cell);
            blanks = 0;
        } else {
            blanks++;
        }
        x += label ? d->label_width : 1;
    }
    put_note(out, d, blanks + 1, d->width - lines - 1);
    fprintf(out, "\n");
}

/* What has no name is called by where it was spawned. */
static void put_name(FILE *out, const seq_process *p, int room)
{
    char number[24];
    int digits = snprintf(number, sizeof number, "%" PRIu64 " ", p->number);
    const char *line = strrchr(p->name, ':');
    bool fits = columns_of(p->name) + digits <= room;
    fprintf(out, "%s%s", number, fits || !line ? p->name : line);
}

/* False: no memory. */
static bool put_head(FILE *out, const diagram *d)
{
    enum { ROOMY = 10 };
    int blanks = 0;
    for (int c = 0; c < d->layout.column_count; c++) {
        const seq_process *p = d->layout.columns[c];
        buffer b;
        if (!buffer_open(&b))
            return false;
        if (p)
            put_name(b.out, p, d->step - 1);
        else
            fprintf(b.out, d->step > ROOMY ? "%zu others" : "+%zu", d->layout.others);
        char *name = buffer_take(&b);
        int width = name ? columns_of(name) : 0, room = d->step - 1;
        width = width < room ? width : room;
        int left = d->step / 2 - width / 2;
        fprintf(out, "%*s", blanks + left, "");
        if (name)
            columns_put(out, name, width, false);
        blanks = d->step - left - width;
        free(name);
    }
    fprintf(out, "\n");
    return true;
}

static void put_events(FILE *out, diagram *d)
{
    size_t hidden = 0;
    for (size_t i = 0; i < d->s->count; i++) {
        if (draw_event(d, i))
            put_row(out, d);
        else
            hidden++;
    }
    if (hidden > 0)
        fprintf(out, "(%zu event%s among the others)\n", hidden, hidden == 1 ? "" : "s");
}

bool seq_draw(FILE *out, const sequence *s, int width, bool unicode)
{
    enum { FEW = 4, NOTES = 16, MORE_NOTES = 26, LEAST = 4, MOST = 22 };
    diagram *d = calloc(1, sizeof *d);
    if (!d)
        return false;
    d->s = s;
    d->signs = unicode ? &boxes : &ascii;
    d->width = width < WIDEST ? width : WIDEST;
    d->lives = calloc(s->count + 1, SEQ_COLUMNS);
    bool ok = seq_layout_make(&d->layout, s) && d->lives;
    int count = d->layout.column_count;
    if (ok && count > 0) {
        int step = (d->width - (count <= FEW ? MORE_NOTES : NOTES)) / count;
        d->step = step < LEAST ? LEAST : step > MOST ? MOST : step;
        for (int c = 0; c < count; c++)
            find_life(d, c);
        ok = put_head(out, d);
        put_events(out, d);
    }
    free(d->label);
    free(d->lives);
    seq_layout_free(&d->layout);
    free(d);
    return ok;
}

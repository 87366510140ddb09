/* Processes in a table as wide as the screen. */
#include <stdlib.h>
#include <string.h>

#include "repl/columns.h"
#include "repl/processes.h"

enum { NUMBER, NAME, STATE, WHERE, REDUCTIONS, MEMORY, COLUMNS };

typedef struct row {
    const char *cells[COLUMNS];
} row;

static const char *const heads[COLUMNS] = {"PROCESS", "NAME", "STATE", "WHERE", "REDS", "MEMORY"};
static const bool is_right[COLUMNS] = {true, false, false, false, true, true};

/* What a group waits for, of which each may have a channel of its own. */
static void put_common_wait(FILE *out, const seen *s, const process_group *g)
{
    static const char *const words[] = {[CSP_WAITS_SEND] = "send on a channel each",
                                        [CSP_WAITS_RECEIVE] = "receive from one each",
                                        [CSP_WAITS_TICK] = "tick of one each",
                                        [CSP_WAITS_DRAINED] = "end of one each",
                                        [CSP_WAITS_END] = "end of one each",
                                        [CSP_WAITS_ALT] = "one of several",
                                        [CSP_WAITS_TIME] = "sleep"};
    const seen_process *p = g->first;
    bool told = p->waiting < sizeof words / sizeof *words && words[p->waiting];
    if (!told || (g->same_wait && p->waiting != CSP_WAITS_TIME) || g->count == 1)
        seen_put_state(out, s, p);
    else
        fprintf(out, "%s%s", p->dying ? "dying: " : "", words[p->waiting]);
}

static void put_cell(FILE *out, const seen *s, const process_group *g, int column)
{
    switch (column) {
    case NUMBER:
        if (g->count == 1)
            fprintf(out, "%llu", (unsigned long long)g->first->number);
        else
            seen_put_count(out, g->count);
        fprintf(out, g->count == 1 ? "" : " ×");
        return;
    case NAME: fprintf(out, "%s", g->first->name); return;
    case STATE: put_common_wait(out, s, g); return;
    case WHERE: seen_put_place(out, &g->first->where); return;
    case REDUCTIONS: seen_put_count(out, g->reductions); return;
    case MEMORY: seen_put_bytes(out, g->memory); return;
    }
}

/* The text in which all cells stand, one behind the other; to be freed. NULL: no memory. */
static char *fill_rows(row *rows, const seen *s, const process_group *groups, size_t count)
{
    buffer b;
    if (!buffer_open(&b))
        return NULL;
    for (size_t i = 0; i < count; i++)
        for (int column = 0; column < COLUMNS; column++) {
            put_cell(b.out, s, &groups[i], column);
            fputc('\0', b.out);
        }
    char *text = buffer_take(&b);
    const char *at = text;
    for (size_t i = 0; text && i < count; i++)
        for (int column = 0; column < COLUMNS; column++) {
            rows[i].cells[column] = at;
            at += strlen(at) + 1;
        }
    return text;
}

/* Each column as wide as its widest cell, but if that is too wide, the widest of the three that can
 * be cut are narrower. */
static void find_widths(int *widths, const row *rows, size_t count, int screen)
{
    enum { BETWEEN = 2, LEAST = 8 };
    int sum = (COLUMNS - 1) * BETWEEN;
    for (int c = 0; c < COLUMNS; c++) {
        widths[c] = columns_of(heads[c]);
        for (size_t i = 0; i < count; i++) {
            int width = columns_of(rows[i].cells[c]);
            widths[c] = width > widths[c] ? width : widths[c];
        }
        sum += widths[c];
    }
    while (sum > screen - 1) {
        int widest = NAME;
        for (int c = STATE; c <= WHERE; c++)
            if (widths[c] > widths[widest])
                widest = c;
        if (widths[widest] <= LEAST)
            return;
        widths[widest]--;
        sum--;
    }
}

static void put_row(FILE *out, const char *const *cells, const int *widths)
{
    for (int c = 0; c < COLUMNS; c++) {
        fprintf(out, "%s", c ? "  " : "");
        columns_put(out, cells[c], widths[c], is_right[c]);
    }
    fprintf(out, "\n");
}

bool processes_put_table(FILE *out, const seen *s, const process_group *groups, size_t count,
                         int width)
{
    int widths[COLUMNS];
    row *rows = calloc(count + 1, sizeof *rows);
    char *cells = rows ? fill_rows(rows, s, groups, count) : NULL;
    if (cells) {
        find_widths(widths, rows, count, width);
        put_row(out, heads, widths);
        for (size_t i = 0; i < count; i++)
            put_row(out, rows[i].cells, widths);
    }
    free(rows);
    free(cells);
    return cells != NULL;
}

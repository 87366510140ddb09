#include "repl/top.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "repl/columns.h"
#include "repl/evaluate.h"
#include "repl/full_screen.h"
#include "repl/inspect.h"
#include "repl/processes.h"
#include "repl/terminal.h"

enum { EVERY = 500 /* ms between two looks */, HEAD = 2 /* lines above the processes */ };

typedef enum top_mode { TOP_TABLE, TOP_INFO, TOP_KILL } top_mode;

typedef struct top {
    repl *r;
    seen seen;
    spent before; /* what they had used at the last look */
    process_group *groups;
    size_t count, chosen; /* chosen: a group … */
    uint64_t number;      /* … whose first process this is; 0: none is chosen yet */
    size_t first;         /* the group in the first row */
    char key;             /* what it is sorted by: r, m or w */
    top_mode mode;
    bool over, changed; /* changed: to be drawn */
    int64_t due;        /* the next look, on output_now's clock */
} top;

/* ---- Looking ---- */

static int compare(uint64_t a, uint64_t b) { return a < b ? -1 : a > b; }

static int by_number(const process_group *a, const process_group *b)
{
    return compare(a->first->number, b->first->number);
}

static int by_reductions(const void *a, const void *b)
{
    const process_group *x = a, *y = b;
    int order = compare(y->reductions, x->reductions);
    return order ? order : by_number(x, y);
}

static int by_memory(const void *a, const void *b)
{
    const process_group *x = a, *y = b;
    int order = compare(y->memory, x->memory);
    return order ? order : by_number(x, y);
}

/* Those that can run stand first. */
static int by_wait(const void *a, const void *b)
{
    const process_group *x = a, *y = b;
    int order = compare(x->first->waiting, y->first->waiting);
    return order ? order : by_number(x, y);
}

static void sort(top *t)
{
    int (*order)(const void *, const void *) = t->key == 'm'   ? by_memory
                                               : t->key == 'w' ? by_wait
                                                               : by_reductions;
    if (t->groups)
        qsort(t->groups, t->count, sizeof *t->groups, order);
}

/* The same process as before, if it is still there; else whoever has its row. */
static void choose_again(top *t)
{
    for (size_t i = 0; t->number && i < t->count; i++)
        if (t->groups[i].first->number == t->number)
            t->chosen = i;
    if (t->chosen >= t->count)
        t->chosen = t->count ? t->count - 1 : 0;
    if (t->mode == TOP_KILL && (!t->count || t->groups[t->chosen].first->number != t->number))
        t->mode = TOP_TABLE; /* it has ended by itself */
}

static size_t rows(void) { return (size_t)columns_screen().rows - HEAD; }

/* Of many processes less often: that takes a fifth of the time at most. */
static void look(top *t)
{
    enum { SHARE = 4 };
    int64_t begun = output_now();
    free(t->groups);
    if (t->groups || t->seen.processes)
        spent_note(&t->before, &t->seen);
    seen_free(&t->seen);
    t->groups = NULL;
    t->count = 0;
    if (seen_take(&t->seen, t->r->vm, 0))
        t->groups = group_processes(&t->seen, &t->before, NULL, t->seen.count <= rows(), &t->count);
    sort(t);
    choose_again(t);
    int64_t ended = output_now(), pause = SHARE * (ended - begun);
    t->due = ended + (pause > EVERY ? pause : EVERY);
    t->changed = true;
}

/* ---- Drawing ---- */

static void put_head(FILE *out, const top *t)
{
    static const char help[] = "r m w sort, Enter :info, k kill, q leave";
    const process_group *g = t->count ? &t->groups[t->chosen] : NULL;
    if (t->mode == TOP_KILL && g) {
        fprintf(out, "kill %" PRIu64 " %s%s? y n", g->first->number, g->first->name,
                g->count > 1 ? ", the first of these" : "");
        return;
    }
    seen_put_count(out, t->seen.count);
    fprintf(out, " process%s by %s   %s", t->seen.count == 1 ? "" : "es",
            t->key == 'm'   ? "memory"
            : t->key == 'w' ? "what they wait for"
                            : "reductions",
            help);
}

static void put_table(FILE *out, top *t)
{
    size_t room = rows() - 1;
    if (t->chosen < t->first)
        t->first = t->chosen;
    if (t->chosen >= t->first + room)
        t->first = t->chosen - room + 1;
    if (t->count < room || t->first > t->count - room)
        t->first = t->count < room ? 0 : t->count - room;
    size_t shown = t->count - t->first < room ? t->count - t->first : room;
    processes_put_table(out, &t->seen, t->groups + t->first, shown, columns_screen().columns);
}

static void draw_table(top *t)
{
    buffer head, whole;
    if (!buffer_open(&head))
        return;
    put_head(head.out, t);
    char *line = buffer_take(&head);
    if (line && buffer_open(&whole)) {
        columns_put(whole.out, line, columns_screen().columns - 1, false);
        fprintf(whole.out, "\n");
        if (t->groups)
            put_table(whole.out, t);
        char *text = buffer_take(&whole);
        if (text)
            full_screen_draw(text, t->count ? HEAD + (int)(t->chosen - t->first) : -1);
        free(text);
    }
    free(line);
}

static void draw_info(const top *t)
{
    screen_size screen = columns_screen();
    buffer info, whole;
    if (!buffer_open(&info))
        return;
    inspect_number(info.out, t->r, t->number);
    char *text = buffer_take(&info);
    if (text && buffer_open(&whole)) {
        columns_put_lines(whole.out, text, screen.columns - 1, screen.rows - HEAD);
        fprintf(whole.out, "\nany key goes back");
        char *lines = buffer_take(&whole);
        if (lines)
            full_screen_draw(lines, -1);
        free(lines);
    }
    free(text);
}

static void draw(top *t)
{
    t->changed = false;
    if (t->mode == TOP_INFO)
        draw_info(t);
    else
        draw_table(t);
}

/* ---- Keys ---- */

static void move(top *t, int64_t by)
{
    int64_t to = (int64_t)t->chosen + by, last = t->count ? (int64_t)t->count - 1 : 0;
    t->chosen = (size_t)(to < 0 ? 0 : to > last ? last : to);
    t->number = t->count ? t->groups[t->chosen].first->number : 0;
}

/* The chosen one stays so from now on, wherever it goes. */
static void ask(top *t, top_mode mode)
{
    move(t, 0);
    if (t->number)
        t->mode = mode;
}

static void kill_chosen(top *t)
{
    if (csp_kill(t->r->vm, t->number, "killed in :top") != CSP_OK)
        csp_error_free(csp_take_error(t->r->vm));
    t->due = 0;
}

static void take_key(top *t, int key)
{
    t->changed = true;
    if (t->mode != TOP_TABLE) {
        if (t->mode == TOP_KILL && key == 'y')
            kill_chosen(t);
        t->mode = TOP_TABLE;
        return;
    }
    switch (key) {
    case 'q': t->over = true; return;
    case 'r':
    case 'm':
    case 'w':
        t->key = (char)key;
        sort(t);
        choose_again(t);
        return;
    case 'k': ask(t, TOP_KILL); return;
    case '\r':
    case '\n': ask(t, TOP_INFO); return;
    case KEY_UP: move(t, -1); return;
    case KEY_DOWN: move(t, 1); return;
    case KEY_PAGE_UP: move(t, -(int64_t)rows()); return;
    case KEY_PAGE_DOWN: move(t, (int64_t)rows()); return;
    default: return;
    }
}

/* ---- The loop ---- */

static int earlier(int a, int64_t b) { return a >= 0 && a < b ? a : b > 0 ? (int)b : 0; }

static void take_events(top *t)
{
    char *line = NULL;
    int events = terminal_wait(-1, 0, &line);
    if (events & TERMINAL_END)
        t->r->quit = true;
    if (events & TERMINAL_REPORT)
        csp_request_report(t->r->vm);
    t->over = t->over || t->r->quit || (events & TERMINAL_INTERRUPT);
}

static void run(top *t)
{
    enum { STEP = 100000 };
    csp_vm *vm = t->r->vm;
    screen_size size = columns_screen();
    while (!t->over) {
        screen_size now = columns_screen();
        if (t->mode != TOP_INFO && output_now() >= t->due)
            look(t);
        if (t->changed || now.rows != size.rows || now.columns != size.columns)
            draw(t);
        size = now;
        int64_t left = t->mode == TOP_INFO ? EVERY : t->due - output_now();
        full_screen_wait(csp_fd(vm), earlier(csp_timeout(vm), left));
        for (int key; (key = full_screen_key()) != KEY_NONE && !t->over;)
            take_key(t, key);
        take_events(t);
        if (!t->over && csp_step(vm, STEP, NULL) == CSP_EXIT) {
            evaluate_exit(t->r);
            t->over = true;
        }
        evaluate_tick(t->r);
    }
}

void command_top(repl *r, const char *argument)
{
    (void)argument;
    terminal_fresh_line();
    if (!full_screen_begin()) {
        repl_print(2, ":top needs a terminal with a screen\n");
        return;
    }
    top t = {.r = r, .key = 'r'};
    run(&t);
    full_screen_end(terminal_write);
    free(t.groups);
    seen_free(&t.seen);
    spent_free(&t.before);
}

#include "repl/inspect.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "repl/columns.h"
#include "repl/repl.h"
#include "repl/seen.h"
#include "repl/target.h"

enum { LISTED = 8 }; /* of what there may be many */

/* ---- Lists of which only the beginning is shown ---- */

typedef struct listing {
    FILE *out;
    const char *head;
    size_t count;
} listing;

/* Begins the next item. False: it is not shown. */
static bool next_item(listing *l)
{
    if (l->count++ >= LISTED)
        return false;
    if (l->count == 1)
        fprintf(l->out, "  %-10s  ", l->head);
    else
        fprintf(l->out, ", ");
    return true;
}

static void end_list(const listing *l)
{
    if (l->count > LISTED) {
        fprintf(l->out, " and ");
        seen_put_count(l->out, l->count - LISTED);
        fprintf(l->out, " more");
    }
    if (l->count > 0)
        fprintf(l->out, "\n");
}

static void put_rights(FILE *out, bool sends, bool receives)
{
    if (sends != receives)
        fprintf(out, sends ? " (sends)" : " (receives)");
}

/* ---- A process ---- */

typedef struct stack {
    FILE *out;
    int left; /* frames still to be shown */
    uint32_t skipped;
} stack;

static void put_frame(void *user, const csp_frame *f)
{
    stack *s = user;
    if (s->left == 0) {
        s->skipped += 1 + f->omitted;
        return;
    }
    s->left--;
    if (f->omitted)
        fprintf(s->out, "  … %" PRIu32 " frames …\n", f->omitted);
    fprintf(s->out, "  at %s", f->place.function ? f->place.function : "fn");
    if (f->place.file)
        fprintf(s->out, " (%s:%" PRIu32 ":%" PRIu32 ")", f->place.file, f->place.line,
                f->place.column);
    fprintf(s->out, "%s\n", f->tail ? " (tail calls)" : "");
    const char *source = f->source;
    size_t size = f->source_size;
    for (; size > 0 && (*source == ' ' || *source == '\t'); size--)
        source++;
    if (size > 0)
        fprintf(s->out, "    %4" PRIu32 " | %.*s\n", f->place.line, (int)size, source);
}

static void inspect_stack(FILE *out, repl *r, uint64_t process, int most)
{
    stack s = {.out = out, .left = most ? most : -1};
    csp_each_frame(r->vm, process, put_frame, &s);
    if (s.skipped)
        fprintf(out, "  … %" PRIu32 " more frames (:bt %" PRIu64 ")\n", s.skipped, process);
}

static void put_links(FILE *out, const seen *s, const seen_process *p)
{
    listing l = {out, "linked", 0};
    for (uint32_t i = 0; i < p->link_count; i++)
        if (next_item(&l))
            seen_put_process(out, s, s->links[p->first_link + i]);
    end_list(&l);
}

static void put_children(FILE *out, const seen *s, const seen_process *p)
{
    listing l = {out, "spawned", 0};
    for (size_t i = 0; i < s->count; i++)
        if (s->processes[i].parent == p->number && next_item(&l))
            seen_put_process(out, s, s->processes[i].number);
    end_list(&l);
}

static void put_held(FILE *out, const seen *s, const seen_process *p)
{
    listing l = {out, "holds", 0};
    for (size_t i = 0; i < s->channel_count; i++) {
        const seen_channel *c = &s->channels[i];
        for (uint32_t k = 0; k < c->holder_count; k++) {
            const seen_holder *h = &s->holders[c->first_holder + k];
            if (h->process != p->number || !next_item(&l))
                continue;
            fprintf(out, "<chan %" PRIu64 ">", c->number);
            put_rights(out, h->sends, h->receives);
        }
    }
    end_list(&l);
}

static void inspect_process(FILE *out, repl *r, const seen *s, const seen_process *p)
{
    enum { FRAMES = 5 };
    fprintf(out, "process %" PRIu64 " %s: ", p->number, p->name);
    seen_put_state(out, s, p);
    fprintf(out, "%s\n", p->supervisor ? " (a supervisor)" : "");
    if (p->spawned.file) {
        fprintf(out, "  from        %s at ", p->kind == CSP_IS_BRANCH ? "a par" : "a spawn");
        seen_put_place(out, &p->spawned);
        if (p->parent) {
            fprintf(out, " by ");
            seen_put_process(out, s, p->parent);
            fprintf(out, "%s", seen_process_of(s, p->parent) ? "" : " (gone)");
        }
        fprintf(out, "\n");
    }
    if (p->restarts)
        fprintf(out, "  restarts    %" PRIu32 ", the last after %s\n", p->restarts, p->last_end);
    put_children(out, s, p);
    put_links(out, s, p);
    put_held(out, s, p);
    fprintf(out, "  used        ");
    seen_put_count(out, p->reductions);
    fprintf(out, " reductions, ");
    seen_put_bytes(out, p->memory);
    fprintf(out, "%s for its stack\n", p->memory < 1024 ? " bytes" : "");
    if (seen_is_stuck(s, p->number))
        fprintf(out, "  ! nobody can wake it any more\n");
    inspect_stack(out, r, p->number, FRAMES);
}

/* ---- A channel ---- */

static void put_kind(FILE *out, const seen *s, const seen_channel *c)
{
    fprintf(out, "<chan %" PRIu64 ">", c->number);
    if (c->kind == CSP_IS_OUTCOME) {
        fprintf(out, ", the outcome of ");
        seen_put_process(out, s, c->of);
    } else if (c->kind == CSP_IS_TICKER) {
        fprintf(out, ", a ticker");
    } else if (c->kind == CSP_IS_PORT) {
        fprintf(out, ", a port of the host");
    } else if (c->capacity == 0) {
        fprintf(out, ", unbuffered");
    } else {
        fprintf(out, ", %" PRIu32 " of %" PRIu32 " full", c->count, c->capacity);
    }
    fprintf(out, "%s", c->closed ? ", closed" : "");
    if (c->made.file)
        fprintf(out, ", made at %s:%" PRIu32 ":%" PRIu32, c->made.file, c->made.line,
                c->made.column);
    fprintf(out, "\n");
}

static bool waits_on(const seen *s, const seen_process *p, uint64_t number, csp_waiting kind)
{
    for (uint32_t i = 0; i < p->wait_count; i++) {
        const csp_wait *w = &s->waits[p->first_wait + i];
        if (w->number == number && w->kind == kind)
            return true;
    }
    return false;
}

static void put_waiting(FILE *out, const seen *s, const seen_channel *c, csp_waiting kind,
                        const char *head)
{
    listing l = {out, head, 0};
    for (size_t i = 0; i < s->count; i++)
        if (waits_on(s, &s->processes[i], c->number, kind) && next_item(&l))
            seen_put_process(out, s, s->processes[i].number);
    end_list(&l);
}

static void inspect_channel(FILE *out, repl *r, const seen *s, const seen_channel *c)
{
    enum { CONTENT = 400 };
    put_kind(out, s, c);
    char *content = c->count ? csp_channel_content(r->vm, c->number, CONTENT) : NULL;
    if (content)
        fprintf(out, "  contains    %s\n", content);
    csp_text_free(content);
    put_waiting(out, s, c, CSP_WAITS_SEND, "senders");
    put_waiting(out, s, c, CSP_WAITS_RECEIVE, "receivers");
    put_waiting(out, s, c, CSP_WAITS_TICK, "receivers");
    put_waiting(out, s, c, CSP_WAITS_DRAINED, "for its end");
    listing l = {out, "held by", 0};
    for (uint32_t i = 0; i < c->holder_count; i++) {
        const seen_holder *h = &s->holders[c->first_holder + i];
        if (!next_item(&l))
            continue;
        seen_put_holder(out, s, h);
        put_rights(out, h->sends, h->receives);
    }
    end_list(&l);
    if (c->holder_count == 0)
        fprintf(out, "  held by     nobody%s\n", c->complete ? "" : " that was found");
}

/* ---- The commands ---- */

static void print_taken(buffer *b)
{
    char *text = buffer_take(b);
    repl_print(text ? 1 : 2, "%s", text ? text : "out of memory\n");
    free(text);
}

static void put_target(FILE *out, repl *r, const seen *s, const target *t)
{
    const seen_process *p = t->kind == TARGET_PROCESS ? seen_process_of(s, t->number) : NULL;
    const seen_channel *c = t->kind == TARGET_CHANNEL ? seen_channel_of(s, t->number) : NULL;
    if (p)
        inspect_process(out, r, s, p);
    else if (c)
        inspect_channel(out, r, s, c);
    else if (t->kind == TARGET_PROCESS)
        fprintf(out, "there is no process %" PRIu64 " any more\n", t->number);
    else if (t->kind == TARGET_CHANNEL)
        fprintf(out, "nobody holds a channel %" PRIu64 " any more\n", t->number);
    else
        fprintf(out, "%s", t->described);
}

void inspect_number(FILE *out, repl *r, uint64_t process)
{
    const target t = {.kind = TARGET_PROCESS, .number = process};
    seen s = {0};
    if (seen_take(&s, r->vm, SEEN_CHANNELS | SEEN_STUCK))
        put_target(out, r, &s, &t);
    seen_free(&s);
}

void command_info(repl *r, const char *argument)
{
    target t;
    seen s = {0};
    buffer b;
    if (!target_find(&t, r, argument))
        return;
    if (seen_take(&s, r->vm, SEEN_CHANNELS | SEEN_STUCK) && buffer_open(&b)) {
        put_target(b.out, r, &s, &t);
        print_taken(&b);
    } else {
        repl_print(2, "out of memory\n");
    }
    seen_free(&s);
    target_free(&t);
}

void command_bt(repl *r, const char *argument)
{
    target t;
    seen s = {0};
    buffer b;
    if (!target_find(&t, r, argument))
        return;
    const seen_process *p = NULL;
    if (t.kind != TARGET_PROCESS)
        repl_print(2, "`%s` is no process\n", argument);
    else if (!seen_take(&s, r->vm, 0))
        repl_print(2, "out of memory\n");
    else if (!(p = seen_process_of(&s, t.number)))
        repl_print(2, "there is no process %" PRIu64 "\n", t.number);
    if (p && buffer_open(&b)) {
        fprintf(b.out, "process %" PRIu64 " %s: ", p->number, p->name);
        seen_put_state(b.out, &s, p);
        fprintf(b.out, "\n");
        inspect_stack(b.out, r, p->number, 0);
        print_taken(&b);
    }
    seen_free(&s);
    target_free(&t);
}

/* What has been seen, in words. */
#include <inttypes.h>

#include "repl/seen.h"

void seen_put_process(FILE *out, const seen *s, uint64_t number)
{
    const seen_process *p = seen_process_of(s, number);
    fprintf(out, "%" PRIu64, number);
    if (p)
        fprintf(out, " %s", p->name);
}

static void put_time(FILE *out, uint64_t ns)
{
    static const struct {
        uint64_t size;
        const char *name;
    } units[] = {{86400000000000, "d"}, {3600000000000, "h"}, {60000000000, "min"},
                 {1000000000, "s"},     {1000000, "ms"},      {1000, "us"}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (ns < units[i].size)
            continue;
        double n = (double)ns / (double)units[i].size;
        fprintf(out, n < 10 && n != (double)(uint64_t)n ? "%.1f%s" : "%.0f%s", n, units[i].name);
        return;
    }
    fprintf(out, "%" PRIu64 "ns", ns);
}

static void put_one_wait(FILE *out, const seen *s, const csp_wait *w)
{
    static const char *const words[] = {[CSP_WAITS_SEND] = "send ",
                                        [CSP_WAITS_RECEIVE] = "receive ",
                                        [CSP_WAITS_TICK] = "tick of ",
                                        [CSP_WAITS_DRAINED] = "end of "};
    switch (w->kind) {
    case CSP_WAITS_SEND:
    case CSP_WAITS_RECEIVE:
    case CSP_WAITS_TICK:
    case CSP_WAITS_DRAINED: fprintf(out, "%s<chan %" PRIu64 ">", words[w->kind], w->number); return;
    case CSP_WAITS_END:
        fprintf(out, "end of ");
        seen_put_process(out, s, w->number);
        return;
    case CSP_WAITS_TIME:
        fprintf(out, "sleep ");
        put_time(out, w->number);
        return;
    default: return;
    }
}

static void put_wait(FILE *out, const seen *s, const seen_process *p)
{
    enum { SHOWN = 8 };
    switch (p->waiting) {
    case CSP_WAITS_NOT: return;
    case CSP_WAITS_PAR: fprintf(out, "branches of its par"); return;
    case CSP_WAITS_OUTPUT: fprintf(out, "print"); return;
    case CSP_WAITS_WORK: fprintf(out, "%s", p->work ? p->work : "work"); return;
    case CSP_WAITS_OTHER: fprintf(out, "waits"); return;
    default: break;
    }
    for (uint32_t i = 0; i < p->wait_count && i < SHOWN; i++) {
        fprintf(out, "%s", i ? " or " : "");
        put_one_wait(out, s, &s->waits[p->first_wait + i]);
    }
    if (p->wait_count > SHOWN)
        fprintf(out, " or %u more", p->wait_count - SHOWN);
}

void seen_put_state(FILE *out, const seen *s, const seen_process *p)
{
    if (p->dying)
        fprintf(out, "dying%s", p->waiting == CSP_WAITS_NOT ? "" : ": ");
    else if (p->waiting == CSP_WAITS_NOT)
        fprintf(out, p->running ? "running" : "runnable");
    put_wait(out, s, p);
}

void seen_put_place(FILE *out, const seen_place *place)
{
    if (place->file)
        fprintf(out, "%s:%" PRIu32, place->file, place->line);
    else if (place->function)
        fprintf(out, "%s", place->function);
}

void seen_put_holder(FILE *out, const seen *s, const seen_holder *h)
{
    if (h->process)
        seen_put_process(out, s, h->process);
    else if (h->channel)
        fprintf(out, "a message in <chan %" PRIu64 ">", h->channel);
    else if (h->name)
        fprintf(out, "`%s`", h->name);
    else
        fprintf(out, "the host");
}

void seen_put_count(FILE *out, uint64_t n)
{
    if (n < 1000) {
        fprintf(out, "%" PRIu64, n);
        return;
    }
    seen_put_count(out, n / 1000);
    fprintf(out, ",%03u", (unsigned)(n % 1000));
}

void seen_put_bytes(FILE *out, uint64_t n)
{
    static const char units[] = "kMGTPE";
    if (n < 1024) {
        fprintf(out, "%" PRIu64, n);
        return;
    }
    int unit = 0;
    for (; n >= 1024 * 1024; n /= 1024)
        unit++;
    if (n < 10 * 1024)
        fprintf(out, "%.1f%c", (double)n / 1024, units[unit]);
    else
        fprintf(out, "%" PRIu64 "%c", n / 1024, units[unit]);
}

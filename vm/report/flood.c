#include "vm/report/flood.h"

#include <string.h>

#include "vm/code/origin.h"
#include "vm/core/text.h"
#include "vm/core/vm.h"
#include "vm/outside/loop.h"
#include "vm/report/report.h"

enum { SECOND = 1000000000 };

/* Where it crashed; in a native that was spawned: where that was. 0: nowhere. */
static uint32_t crash_position(csp_vm *vm, const error *e)
{
    if (!value_is(e->trace, OBJ_TRACE))
        return 0;
    const trace *t = value_as_object(e->trace);
    return t->count ? t->positions[0] & ~TRACE_TAIL : origin_at(vm, t->origin).position;
}

/* Equal ones (position and kind) are counted together, as many as there is room for. */
static void count_dropped(csp_vm *vm, const error *e)
{
    crash_flood *f = &vm->flood;
    f->dropped++;
    f->dropped_ever++;
    uint32_t position = crash_position(vm, e), i = 0;
    while (i < f->place_count &&
           (f->places[i].position != position || f->places[i].kind != e->kind))
        i++;
    if (i == FLOOD_PLACES)
        return;
    if (i == f->place_count)
        f->places[f->place_count++] = (flood_place){position, e->kind, 0};
    f->places[i].count++;
}

void flood_crash(csp_vm *vm, const process *p, value why)
{
    crash_flood *f = &vm->flood;
    if (vm->limits.reports != 0) {
        int64_t now = loop_now();
        if (now >= f->until) {
            flood_tell(vm, true);
            f->until = now + SECOND;
            f->told = 0;
        }
        if (f->told >= vm->limits.reports) {
            count_dropped(vm, value_error(why));
            return;
        }
        f->told++;
    }
    vm->host.crash(vm, p, why);
}

/* "1200 crashes were not reported: 1180 of type_error at a.csp:3:9, 20 others" */
static void describe(csp_vm *vm, const crash_flood *f, text *t)
{
    uint64_t others = f->dropped;
    text_printf(
        t, f->dropped == 1 ? "%llu crash was not reported:" : "%llu crashes were not reported:",
        (unsigned long long)f->dropped);
    for (uint32_t i = 0; i < f->place_count; i++) {
        const flood_place *place = &f->places[i];
        text_printf(t, "%s %llu of ", i ? "," : "", (unsigned long long)place->count);
        const string *kind = value_string(place->kind);
        text_add(t, kind->text, kind->size);
        report_at(vm, t, " at ", place->position);
        others -= place->count;
    }
    if (others)
        text_printf(t, ", %llu others", (unsigned long long)others);
}

void flood_tell_stream(csp_vm *vm, const char *message)
{
    report_warning(vm, "reports_dropped", message);
}

void flood_tell(csp_vm *vm, bool now)
{
    crash_flood *f = &vm->flood;
    if (!f->dropped || (!now && loop_now() < f->until))
        return;
    text t;
    text_init(&t, vm);
    describe(vm, f, &t);
    text_put(&t, '\0');
    f->dropped = 0;
    f->place_count = 0;
    memset(f->places, 0, sizeof f->places);
    if (t.block)
        vm->host.dropped(vm, t.block);
}

int64_t flood_due(const csp_vm *vm) { return vm->flood.dropped ? vm->flood.until : LOOP_NEVER; }

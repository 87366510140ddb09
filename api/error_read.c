/* Errors as the host reads them: it holds them, while their VM may be gone. */
#include "api/error.h"
#include "api/error_parts.h"
#include "api/host/host.h"

csp_error *csp_take_error(csp_vm *vm)
{
    host *h = door_enter(vm, __func__, DOOR_NATIVE);
    if (!h)
        return NULL;
    csp_error *err = error_take(h->world);
    door_leave(h);
    if (!err || error_lend(err, LIVE_ERROR))
        return err;
    error_free(err);
    return NULL;
}

bool error_lend(const csp_error *err, live_kind kind)
{
    if (!live_add(err, kind))
        return false;
    if (!err->cause || error_lend(err->cause, LIVE_LENT_ERROR))
        return true;
    live_take(err, kind);
    return false;
}

void error_unlend(const csp_error *err)
{
    for (const csp_error *of = err->cause; of; of = of->cause)
        live_take(of, LIVE_LENT_ERROR);
}

void csp_error_free(csp_error *err)
{
    if (!live_take(err, LIVE_ERROR))
        return;
    error_unlend(err);
    error_free(err);
}

/* Whether the host may read it: it is alive. */
static bool is_readable(const csp_error *err)
{
    live_kind kind = live_kind_of(err);
    return kind == LIVE_ERROR || kind == LIVE_LENT_ERROR;
}

const char *csp_error_kind(const csp_error *err) { return is_readable(err) ? err->kind : NULL; }

const char *csp_error_message(const csp_error *err)
{
    return is_readable(err) ? err->message : NULL;
}

uint64_t csp_error_process(const csp_error *err, const char **name)
{
    bool readable = is_readable(err);
    if (name)
        *name = readable && err->name ? err->name : "";
    return readable ? err->process : 0;
}

const csp_error *csp_error_cause(const csp_error *err)
{
    return is_readable(err) ? err->cause : NULL;
}

static bool give_frame(const error_frames *frames, uint32_t index, csp_place *out)
{
    if (index >= frames->count)
        return false;
    const error_frame *f = &frames->items[index];
    *out =
        (csp_place){.file = f->file, .function = f->function, .line = f->line, .column = f->column};
    return true;
}

bool csp_error_frame(const csp_error *err, uint32_t index, csp_place *out)
{
    return out && is_readable(err) && give_frame(&err->frames, index, out);
}

bool csp_error_spawned(const csp_error *err, uint32_t index, csp_place *out)
{
    return out && is_readable(err) && give_frame(&err->spawns, index, out);
}

char *csp_error_text(const csp_error *err, csp_style style)
{
    return is_readable(err) ? error_text(err, style) : NULL;
}

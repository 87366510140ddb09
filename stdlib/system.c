#include "stdlib/system.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "vm/data/hosted.h"
#include "vm/outside/place.h"

/* --- arguments */

bool system_data_arg(csp_vm *vm, process *p, value v, const char **data, size_t *size)
{
    if (value_is(v, OBJ_STRING)) {
        *data = value_string(v)->text;
        *size = value_string(v)->size;
    } else if (value_is(v, OBJ_BYTES)) {
        *data = (const char *)value_bytes(v)->data;
        *size = value_bytes(v)->size;
    } else if (value_is(v, OBJ_BUFFER) && value_usable(p, v)) {
        const buffer *b = value_as_object(v);
        *data = (const char *)b->data;
        *size = b->size;
    } else {
        vm_raise_type(vm, p, v, "a string, bytes or a buffer");
        return false;
    }
    return true;
}

char *system_path_arg(csp_vm *vm, process *p, value v, const char *what)
{
    const char *text = "";
    size_t size = 0;
    if (!value_is(v, OBJ_STRING) && !value_is(v, OBJ_BYTES)) {
        vm_raise_type(vm, p, v, what);
        return NULL;
    }
    system_data_arg(vm, p, v, &text, &size);
    if (memchr(text, '\0', size)) {
        vm_raise(vm, ERR_VALUE, "expected %s, got one with a NUL in it", what);
        return NULL;
    }
    char *copy = malloc(size + 1);
    if (!copy) {
        vm_raise_memory(vm);
        return NULL;
    }
    memcpy(copy, text, size);
    copy[size] = '\0';
    return copy;
}

value system_name(csp_vm *vm, const char *name, size_t size)
{
    return utf8_check(name, size) == size ? str_new(vm, name, size) : bytes_new(vm, name, size);
}

/* --- failures */

static const struct {
    int error;
    const char *kind;
} kinds[] = {
    {ENOENT, "not_found"},
    {EEXIST, "exists"},
    {EACCES, "denied"},
    {EPERM, "denied"},
    {PLACE_OUTSIDE, "denied"},
    {EISDIR, "is_dir"},
    {ENOTDIR, "not_dir"},
    {ENOTEMPTY, "not_empty"},
    {ENOSPC, "no_space"},
    {EDQUOT, "no_space"},
    {EMFILE, "too_many_files"},
    {ENFILE, "too_many_files"},
    {EROFS, "read_only"},
    {EPIPE, "broken_pipe"},
    {ECONNREFUSED, "refused"},
    {ECONNRESET, "reset"},
    {ECONNABORTED, "reset"},
    {EHOSTUNREACH, "unreachable"},
    {ENETUNREACH, "unreachable"},
    {ENETDOWN, "unreachable"},
    {EHOSTDOWN, "unreachable"},
    {ENOTCONN, "closed"},
    {EADDRINUSE, "in_use"},
    {ETIMEDOUT, "timeout"},
    {EFBIG, "too_large"},
    {E2BIG, "too_large"},
    {EMSGSIZE, "too_large"},
    {ESPIPE, "unsupported"},
    {EOPNOTSUPP, "unsupported"},
    {ENOSYS, "unsupported"},
    {EAFNOSUPPORT, "unsupported"},
};

static const char *kind_of(int number)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].error == number)
            return kinds[i].kind;
    return "io_error";
}

/* "Permission denied" as the end of a sentence: "permission denied". */
static void reason_of(int number, char *out, size_t room)
{
    char said[128];
    if (number == PLACE_OUTSIDE) {
        snprintf(out, room, "it lies outside of what is granted");
        return;
    }
    snprintf(out, room, "%s", strerror_r(number, said, sizeof said));
    if (isupper((unsigned char)out[0]) && !isupper((unsigned char)out[1]))
        out[0] = (char)tolower((unsigned char)out[0]);
}

bool system_put(csp_vm *vm, value in, const char *key, value item)
{
    value name = str_intern(vm, key, strlen(key));
    return name != VALUE_ABSENT && item != VALUE_ABSENT && map_put(vm, value_map(in), name, item);
}

static value name_of_error(csp_vm *vm, int number)
{
    const char *name = number ? strerrorname_np(number) : NULL;
    return name ? str_intern(vm, name, strlen(name)) : VALUE_NIL;
}

static value data_of(csp_vm *vm, process *p, const system_failure *f)
{
    value data = map_new(vm, p, 4);
    if (data == VALUE_ABSENT || !system_put(vm, data, "op", str_intern(vm, f->op, strlen(f->op))) ||
        !system_put(vm, data, "errno", name_of_error(vm, f->error)))
        return VALUE_ABSENT;
    if (f->key && f->subject &&
        !system_put(vm, data, f->key, system_name(vm, f->subject, strlen(f->subject))))
        return VALUE_ABSENT;
    if (f->more && !system_put(vm, data, f->more, f->more_value))
        return VALUE_ABSENT;
    value_map(data)->header = OBJ_MAP | OBJ_IMMUTABLE | OBJ_FROZEN;
    return data;
}

value system_error(csp_vm *vm, process *p, const system_failure *f)
{
    char why[128];
    if (f->why)
        snprintf(why, sizeof why, "%s", f->why);
    else
        reason_of(f->error, why, sizeof why);
    value data = data_of(vm, p, f);
    if (data == VALUE_ABSENT)
        return VALUE_ABSENT;
    value message = str_format(vm, "cannot %s%s%s%s%s: %s", f->say ? f->say : f->op,
                               f->subject ? " " : "", f->subject ? f->subject : "",
                               f->other ? " to " : "", f->other ? f->other : "", why);
    const char *kind = f->kind ? f->kind : kind_of(f->error);
    value name = str_intern(vm, kind, strlen(kind));
    if (message == VALUE_ABSENT || name == VALUE_ABSENT)
        return VALUE_ABSENT;
    return error_new(vm, name, message, data);
}

bool system_has_no_room(int why) { return why == EMFILE || why == ENFILE; }

void system_make_room(csp_vm *vm)
{
    heap_collect(vm_heap(vm));
    hosted_sweep(vm, UINT32_MAX);
}

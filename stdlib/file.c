/* File and Dir: what is done with paths, by workers. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "stdlib/errand_call.h"
#include "stdlib/file_work.h"
#include "stdlib/natives.h"
#include "stdlib/stream_value.h"
#include "stdlib/system.h"
#include "vm/core/steps.h"
#include "vm/outside/environment.h"

/* --- content */

/* What makes its reader wait is read as a stream. */
static verdict call_reader(csp_vm *vm, process *p, errand *e, const native_entry *reader,
                           value *slots, value *result)
{
    int fd = e->fd;
    e->fd = -1;
    stream *s = stream_new(vm, fd, true, false, false, e->paths[0]);
    if (!s) {
        const system_failure f = {
            .error = errno, .op = "open", .key = "path", .subject = e->paths[0]};
        return vm_give(vm, system_error(vm, p, &f), result);
    }
    s->unborn = s->kind == STREAM_PLAIN;
    errand_end(vm, p);
    slots[SLOT_MADE] = stream_value(vm, p, s);
    value fn = slots[SLOT_MADE] != VALUE_ABSENT ? native_value(vm, reader) : VALUE_ABSENT;
    return fn != VALUE_ABSENT ? native_call(vm, p, fn, 1, &slots[SLOT_MADE]) : vm_raise_memory(vm);
}

/* Copies the data into what `made` is, in steps. */
static verdict copy_data(csp_vm *vm, const errand *e, void *to, value *slots, value *result)
{
    size_t at = slots[SLOT_AT] != VALUE_ABSENT ? (size_t)value_as_int(slots[SLOT_AT]) : 0;
    bool all = long_copy(vm, to, e->data, e->size, &at);
    slots[SLOT_AT] = value_int((int64_t)at);
    *result = slots[SLOT_MADE];
    return all ? VERDICT_DONE : VERDICT_YIELD;
}

static verdict give_bytes(csp_vm *vm, process *p, errand *e, value *slots, value *result)
{
    if (e->numbers[FILE_WAITS])
        return call_reader(vm, p, e, &io_whole_bytes, slots, result);
    if (slots[SLOT_MADE] == VALUE_ABSENT) {
        bytes *made = bytes_blank(vm, e->size);
        if (!made)
            return vm_raise_memory(vm);
        slots[SLOT_MADE] = value_object(made);
    }
    return copy_data(vm, e, value_bytes(slots[SLOT_MADE])->data, slots, result);
}

static verdict give_text(csp_vm *vm, process *p, errand *e, value *slots, value *result)
{
    if (e->numbers[FILE_WAITS])
        return call_reader(vm, p, e, &io_whole_text, slots, result);
    if (e->numbers[FILE_LENGTH] < 0) {
        const system_failure f = {.op = "read",
                                  .key = "path",
                                  .subject = e->paths[0],
                                  .kind = "invalid_utf8",
                                  .why = "it is no UTF-8"};
        return vm_give(vm, system_error(vm, p, &f), result);
    }
    if (slots[SLOT_MADE] == VALUE_ABSENT) {
        string *made = str_blank(vm, e->size, (size_t)e->numbers[FILE_LENGTH]);
        if (!made)
            return vm_raise_memory(vm);
        slots[SLOT_MADE] = value_object(made);
    }
    return copy_data(vm, e, value_string(slots[SLOT_MADE])->text, slots, result);
}

static verdict give_bool(csp_vm *vm, process *p, errand *e, value *slots, value *result)
{
    (void)vm;
    (void)p;
    (void)slots;
    *result = value_bool(e->numbers[0] != 0);
    return VERDICT_DONE;
}

/* --- information */

static const char *kind_of(int64_t type)
{
    switch (type) {
    case S_IFREG: return "file";
    case S_IFDIR: return "dir";
    case S_IFLNK: return "link";
    case S_IFIFO: return "pipe";
    case S_IFSOCK: return "socket";
    default: return "device";
    }
}

static value kind_name(csp_vm *vm, int64_t type)
{
    const char *kind = kind_of(type);
    return str_intern(vm, kind, strlen(kind));
}

static verdict give_info(csp_vm *vm, process *p, errand *e, value *slots, value *result)
{
    static const char *const names[FILE_INFOS] = {"size",    "kind",  "modified", "accessed",
                                                  "changed", "mode",  "uid",      "gid",
                                                  "links",   "inode", "device"};
    (void)slots;
    value info = map_new(vm, p, FILE_INFOS);
    bool well = info != VALUE_ABSENT;
    for (int i = 0; well && i < FILE_INFOS; i++) {
        value item = i == FILE_INFO_KIND    ? kind_name(vm, e->numbers[i])
                     : i >= FILE_INFO_INODE ? num_uint(vm, (uint64_t)e->numbers[i])
                                            : num_int(vm, e->numbers[i]);
        well = system_put(vm, info, names[i], item);
    }
    return well ? vm_give(vm, info, result) : vm_raise_memory(vm);
}

static bool take_follow(csp_vm *vm, process *p, value *args, errand *e)
{
    (void)vm;
    (void)p;
    e->numbers[0] = args[1] == VALUE_ABSENT || value_truthy(args[1]);
    return true;
}

static bool take_mode(csp_vm *vm, process *p, value *args, errand *e)
{
    if (!native_int_arg(vm, p, args[1], "an int as the mode", &e->numbers[0]))
        return false;
    if (e->numbers[0] >= 0 && e->numbers[0] <= 07777)
        return true;
    vm_raise(vm, ERR_VALUE, "a mode is 0 to 0o7777");
    return false;
}

/* symlink(target, path): what failed is the path. */
static bool swap_paths(csp_vm *vm, process *p, value *args, errand *e)
{
    (void)vm;
    (void)p;
    (void)args;
    char *target = e->paths[0];
    e->paths[0] = e->paths[1];
    e->paths[1] = target;
    return true;
}

/* --- folders */

/* Each entry is a string or bytes, or with `kinds` a tuple of it and its kind. */
static verdict give_entries(csp_vm *vm, process *p, errand *e, value *slots, bool kinds,
                            value *result)
{
    enum { STEP = 512, PER_REDUCTION = 8 };
    if (slots[SLOT_MADE] == VALUE_ABSENT) {
        slots[SLOT_MADE] = list_new(vm, p, NULL, 0);
        if (slots[SLOT_MADE] == VALUE_ABSENT)
            return vm_raise_memory(vm);
        slots[SLOT_AT] = value_int(0);
    }
    size_t at = (size_t)value_as_int(slots[SLOT_AT]);
    for (int i = 0; i < STEP && at < e->size; i++) {
        const char *entry = e->data + at;
        size_t size = strlen(entry + 1);
        value item = system_name(vm, entry + 1, size);
        if (item != VALUE_ABSENT && kinds) {
            value kind = kind_name(vm, DTTOIF((unsigned char)entry[0]));
            item = kind == VALUE_ABSENT ? kind : tuple_new(vm, p, (value[]){item, kind}, 2);
        }
        if (item == VALUE_ABSENT || !list_push(vm, value_list(slots[SLOT_MADE]), item))
            return vm_raise_memory(vm);
        at += size + 2;
    }
    vm_charge(vm, STEP / PER_REDUCTION);
    slots[SLOT_AT] = value_int((int64_t)at);
    *result = slots[SLOT_MADE];
    return at < e->size ? VERDICT_YIELD : VERDICT_DONE;
}

static verdict give_list(csp_vm *vm, process *p, errand *e, value *slots, value *result)
{
    return give_entries(vm, p, e, slots, false, result);
}

static verdict give_kinds(csp_vm *vm, process *p, errand *e, value *slots, value *result)
{
    return give_entries(vm, p, e, slots, true, result);
}

static bool take_parents(csp_vm *vm, process *p, value *args, errand *e)
{
    (void)vm;
    (void)p;
    e->numbers[0] = args[1] != VALUE_ABSENT && value_truthy(args[1]);
    return true;
}

static bool take_all(csp_vm *vm, process *p, value *args, errand *e)
{
    (void)vm;
    (void)p;
    if (args[1] != VALUE_ABSENT && value_truthy(args[1]))
        e->work = dir_remove_all;
    return true;
}

/* temp(prefix): in the folder for such things. */
static bool take_prefix(csp_vm *vm, process *p, value *args, errand *e)
{
    const char *folder = environment_get(vm, "TMPDIR");
    if (args[0] == VALUE_ABSENT)
        e->paths[1] = strdup("csp");
    else
        e->paths[1] = system_path_arg(vm, p, args[0], "a string as the prefix");
    if (!e->paths[1])
        return false;
    if (strchr(e->paths[1], '/')) {
        vm_raise(vm, ERR_VALUE, "a prefix has no `/`");
        return false;
    }
    e->paths[0] = strdup(folder && *folder ? folder : "/tmp");
    if (!e->paths[0])
        vm_raise_memory(vm);
    return e->paths[0] != NULL;
}

/* --- the natives */

ERRAND_NATIVE(append, "write", file_append, MAY_WRITE, 2, 1, 1, NULL, NULL)
ERRAND_NATIVE(chmod, "chmod", file_chmod, MAY_WRITE, 2, 1, -1, take_mode, NULL)
ERRAND_NATIVE(copy, "copy", file_copy, MAY_READ | MAY_WRITE, 2, 2, -1, NULL, NULL)
ERRAND_NATIVE(exists, "stat", file_exists, MAY_READ, 1, 1, -1, NULL, give_bool)
ERRAND_NATIVE(info, "stat", file_info, MAY_READ, 2, 1, -1, take_follow, give_info)
ERRAND_NATIVE(link, "link", file_link, MAY_WRITE, 2, 2, -1, NULL, NULL)
ERRAND_NATIVE(read, "read", file_read, MAY_READ, 1, 1, -1, NULL, give_text)
ERRAND_NATIVE(read_bytes, "read", file_read, MAY_READ, 1, 1, -1, NULL, give_bytes)
ERRAND_NATIVE(read_link, "read", file_read_link, MAY_READ, 1, 1, -1, NULL, errand_call_name)
ERRAND_NATIVE(real, "resolve", file_real, MAY_READ, 1, 1, -1, NULL, errand_call_name)
ERRAND_NATIVE(remove, "remove", file_remove, MAY_WRITE, 1, 1, -1, NULL, NULL)
ERRAND_NATIVE(rename, "rename", file_rename, MAY_WRITE, 2, 2, -1, NULL, NULL)
ERRAND_NATIVE(replace, "replace", file_replace, MAY_WRITE, 2, 1, 1, NULL, NULL)
ERRAND_NATIVE(symlink, "link", file_symlink, MAY_WRITE, 2, 2, -1, swap_paths, NULL)
ERRAND_NATIVE(touch, "touch", file_touch, MAY_WRITE, 1, 1, -1, NULL, NULL)
ERRAND_NATIVE(write, "write", file_write, MAY_WRITE, 2, 1, 1, NULL, NULL)

ERRAND_NATIVE(current, "find the current folder", dir_current, MAY_READ, 0, 0, -1, NULL,
              errand_call_name)
ERRAND_NATIVE(entries, "list", dir_list, MAY_READ, 1, 1, -1, NULL, give_kinds)
ERRAND_NATIVE(list, "list", dir_list, MAY_READ, 1, 1, -1, NULL, give_list)
ERRAND_NATIVE(make, "make", dir_make, MAY_WRITE, 2, 1, -1, take_parents, NULL)
ERRAND_NATIVE(remove_dir, "remove", dir_remove, MAY_WRITE, 2, 1, -1, take_all, NULL)
ERRAND_NATIVE(temp_dir, "make", dir_temp, MAY_WRITE, 1, 0, -1, take_prefix, errand_call_name)

const native_entry file_natives[] = {
    {"append", "append(path, x)",
     "adds a text, bytes or a buffer to the file, which is made if need be; true", native_append, 2,
     2, ERRAND_SLOTS},
    {"chmod", "chmod(path, mode)", "sets the 12 permission bits, 0o644; true", native_chmod, 2, 2,
     ERRAND_SLOTS},
    {"copy", "copy(from, to)",
     "copies a file with its mode; the same file as both is the error exists; true", native_copy, 2,
     2, ERRAND_SLOTS},
    {"exists", "exists(path)",
     "whether there is something; a link counts if what it leads to is there", native_exists, 1, 1,
     ERRAND_SLOTS},
    {"info", "info(path, follow = true)",
     "a map of size, kind (\"file\", \"dir\", \"link\", \"pipe\", \"socket\" or \"device\"), "
     "modified, accessed and changed (ns since 1970), mode, uid, gid, links, inode and device; "
     "without `follow` of a link itself",
     native_info, 1, 2, ERRAND_SLOTS},
    {"link", "link(from, to)", "a second name, `to`, for the file; true", native_link, 2, 2,
     ERRAND_SLOTS},
    {"read", "read(path)",
     "the content as text; invalid_utf8 where it is none: File.read(\"notes.txt\")", native_read, 1,
     1, ERRAND_SLOTS},
    {"read_bytes", "read_bytes(path)", "the content as bytes", native_read_bytes, 1, 1,
     ERRAND_SLOTS},
    {"read_link", "read_link(path)", "what a symbolic link has in it", native_read_link, 1, 1,
     ERRAND_SLOTS},
    {"real", "real(path)", "the absolute path without links", native_real, 1, 1, ERRAND_SLOTS},
    {"remove", "remove(path)", "removes a file or link, not a folder (Dir.remove); true",
     native_remove, 1, 1, ERRAND_SLOTS},
    {"rename", "rename(from, to)", "gives it another name, which a file may have had; true",
     native_rename, 2, 2, ERRAND_SLOTS},
    {"replace", "replace(path, x)",
     "writes so that whoever looks sees the old content or the new, even after a crash of the "
     "machine; keeps the mode; true",
     native_replace, 2, 2, ERRAND_SLOTS},
    {"symlink", "symlink(target, path)", "makes a symbolic link to the target at the path; true",
     native_symlink, 2, 2, ERRAND_SLOTS},
    {"touch", "touch(path)", "makes an empty file, or sets its times to now; true", native_touch, 1,
     1, ERRAND_SLOTS},
    {"write", "write(path, x)",
     "makes or empties the file and writes a text, bytes or a buffer; true: "
     "File.write(\"a.txt\", \"hello\\n\") or return",
     native_write, 2, 2, ERRAND_SLOTS},
    {0},
};

const native_entry dir_natives[] = {
    {"_quiet", "_quiet()", "makes this process no leak", io_quiet, 0, 0, 0},
    {"_entries", "_entries(path)", "the entries, each a tuple of name and kind, sorted",
     native_entries, 1, 1, ERRAND_SLOTS},
    {"current", "current()", "the current folder, an absolute path", native_current, 0, 0,
     ERRAND_SLOTS},
    {"list", "list(path)", "the names in the folder, sorted, without \".\" and \"..\"", native_list,
     1, 1, ERRAND_SLOTS},
    {"make", "make(path, parents = false)",
     "makes a folder; with `parents` those above it, too, and it may be there already; true",
     native_make, 1, 2, ERRAND_SLOTS},
    {"remove", "remove(path, all = false)",
     "removes an empty folder; with `all` what is in it first, never what a link leads to; true",
     native_remove_dir, 1, 2, ERRAND_SLOTS},
    {"temp", "temp(prefix = \"csp\")",
     "makes a folder of its own where such are kept ($TMPDIR, /tmp), and gives its path",
     native_temp_dir, 0, 1, ERRAND_SLOTS},
    {0},
};

/* The tables of native functions: the parts in C of the modules they are named after. Each ends
 * with an entry without a name. */
#ifndef CSP_STDLIB_NATIVES_H
#define CSP_STDLIB_NATIVES_H

#include "vm/native.h"

extern const native_entry buffer_natives[];
extern const native_entry bytes_natives[];
extern const native_entry dir_natives[];
extern const native_entry ffi_natives[];
extern const native_entry file_natives[];
extern const native_entry file_stream_natives[];
extern const native_entry io_natives[];
extern const native_entry io_close_natives[];
extern const native_entry json_natives[];
extern const native_entry list_natives[];
extern const native_entry map_natives[];
extern const native_entry math_natives[];
extern const native_entry net_natives[];
extern const native_entry net_options_natives[];
extern const native_entry net_resolve_natives[];
extern const native_entry net_udp_natives[];
extern const native_entry os_natives[];
extern const native_entry os_run_natives[];
extern const native_entry os_start_natives[];
extern const native_entry os_signal_natives[];
extern const native_entry dir_watch_natives[];
extern const native_entry path_natives[];
extern const native_entry prelude_natives[];
extern const native_entry prelude_process_natives[];
extern const native_entry process_natives[];
extern const native_entry random_natives[];
extern const native_entry regex_natives[];
extern const native_entry string_natives[];
extern const native_entry test_natives[];
extern const native_entry time_natives[];
extern const native_entry tuple_natives[];

/* Members of a module that are floats; the table ends with one without a name. */
typedef struct native_constant {
    const char *name;
    double number;
    const char *doc; /* one line */
} native_constant;
extern const native_constant math_constants[];

#endif

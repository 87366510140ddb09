/* The values of options. Each function reads one and stores it in the options. False: it is not
 * valid; that has been reported, and the command will end. */
#ifndef CSP_REPL_OPTION_VALUE_H
#define CSP_REPL_OPTION_VALUE_H

#include "repl/option_rows.h"

/* Says on standard error what is wrong: false. */
bool option_refuse(options *o, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A limit, 0: none. "64M": a whole number, with a suffix where it is a size. */
bool option_limit(options *o, option_id id, const char *from, bool is_size, uint64_t *out);
bool option_native_stack(options *o, const char *from);
bool option_colour(options *o, const char *when);
bool option_format(options *o, const char *form);
/* "500ms", "10s", "2m". */
bool option_time(options *o, option_id id, const char *from, uint32_t *milliseconds);
bool option_jobs(options *o, const char *from);
bool option_allow(options *o, const char *list);
bool option_seed(options *o, const char *from);

#endif

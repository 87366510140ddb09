/* Memory and tables of one `csp bind`. All of it lives until the command ends; if memory runs out
 * the command ends at once, with a message. */
#ifndef CSP_REPL_BIND_MEMORY_H
#define CSP_REPL_BIND_MEMORY_H

#include <stddef.h>
#include <stdint.h>

/* Zeroed, aligned for anything; never NULL. */
void *memory_get(size_t size);
char *memory_text(const char *from);
char *memory_slice(const char *from, size_t length);
/* A larger block in place of the malloc'ed one at `old`; never NULL. */
void *memory_grow(void *old, size_t size);

/* Names and their values. */
typedef struct table {
    struct table_slot *slots;
    uint32_t count, mask;
} table;

/* NULL: there is none. */
void *table_find(const table *t, const char *name);
/* Replaces the value of the name; `name` is not copied. */
void table_set(table *t, const char *name, void *value);

/* A text that grows; `bytes` is NULL while it is empty, and NUL-terminated otherwise. */
typedef struct text {
    char *bytes;
    size_t length, capacity;
} text;

void text_add(text *t, const char *bytes, size_t length);
void text_put(text *t, const char *bytes);
void text_print(text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_free(text *t);

#endif

/* What the user can set: :set NAME VALUE. */
#ifndef CSP_REPL_SETTINGS_H
#define CSP_REPL_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct repl;

typedef struct settings {
#define SETTING(field, name, kind, otherwise, help) uint32_t field;
#include "repl/settings.def"
#undef SETTING
} settings;

void settings_init(settings *s, bool colour);
void settings_each(const char *prefix, size_t length, void (*each)(void *target, const char *name),
                   void *target);

/* The values of that setting which are words. */
void settings_each_value(const char *name, size_t name_length, const char *prefix, size_t length,
                         void (*each)(void *target, const char *value), void *target);

void command_set(struct repl *r, const char *argument);

#endif

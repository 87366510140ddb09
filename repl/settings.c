#include "repl/settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "repl/nearest.h"
#include "repl/repl.h"

#define BLANKS " \t\r\n"

typedef enum setting_kind { NUMBER, SWITCH } setting_kind;

static const struct setting {
    size_t at; /* in settings */
    const char *name;
    setting_kind kind;
    uint32_t otherwise;
    const char *help;
} table[] = {
#define SETTING(field, name, kind, otherwise, help) \
    {offsetof(settings, field), name, kind, otherwise, help},
#include "repl/settings.def"
#undef SETTING
};

enum { COUNT = sizeof table / sizeof *table, MOST = 1000000000 };

static uint32_t *place(settings *s, const struct setting *of)
{
    return (uint32_t *)(void *)((char *)s + of->at);
}

void settings_init(settings *s, bool colour)
{
    for (int i = 0; i < COUNT; i++)
        *place(s, &table[i]) = table[i].otherwise;
    s->colour = colour;
}

void settings_each(const char *prefix, size_t length, void (*each)(void *target, const char *name),
                   void *target)
{
    for (int i = 0; i < COUNT; i++)
        if (strncmp(table[i].name, prefix, length) == 0)
            each(target, table[i].name);
}

static const struct setting *find_exactly(const char *name, size_t length)
{
    for (int i = 0; i < COUNT; i++)
        if (strlen(table[i].name) == length && strncmp(table[i].name, name, length) == 0)
            return &table[i];
    return NULL;
}

void settings_each_value(const char *name, size_t name_length, const char *prefix, size_t length,
                         void (*each)(void *target, const char *value), void *target)
{
    static const char *const words[] = {"off", "on"};
    const struct setting *of = find_exactly(name, name_length);
    for (int i = 0; of && of->kind == SWITCH && i < 2; i++)
        if (strncmp(words[i], prefix, length) == 0)
            each(target, words[i]);
}

static void say(repl *r, const struct setting *of)
{
    uint32_t n = *place(&r->settings, of);
    char number[24];
    snprintf(number, sizeof number, "%u", n);
    repl_print(1, "  %-17s %6s  %s\n", of->name,
               of->kind == NUMBER ? number
               : n                ? "on"
                                  : "off",
               of->help);
}

/* NULL: there is none, which has been said. */
static const struct setting *find(const char *name, size_t length)
{
    const struct setting *found = find_exactly(name, length);
    nearest near;
    nearest_init(&near, name, length);
    for (int i = 0; i < COUNT && !found; i++)
        nearest_offer(&near, table[i].name);
    if (found)
        return found;
    if (near.best)
        repl_print(2, "there is no setting `%.*s`; did you mean `%s`?\n", (int)length, name,
                   near.best);
    else
        repl_print(2, "there is no setting `%.*s`; :set lists them\n", (int)length, name);
    return NULL;
}

static bool read_number(const char *text, uint32_t *n)
{
    char *end;
    errno = 0;
    unsigned long read = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || errno || read > MOST)
        return false;
    *n = (uint32_t)read;
    return true;
}

static bool read_switch(const char *text, uint32_t *n)
{
    *n = strcmp(text, "on") == 0;
    return *n || strcmp(text, "off") == 0;
}

void command_set(repl *r, const char *argument)
{
    size_t length = strcspn(argument, BLANKS);
    const char *given = argument + length + strspn(argument + length, BLANKS);
    for (int i = 0; length == 0 && i < COUNT; i++)
        say(r, &table[i]);
    const struct setting *of = length > 0 ? find(argument, length) : NULL;
    if (!of)
        return;
    if (!*given) {
        say(r, of);
        return;
    }
    uint32_t n;
    if (of->kind == NUMBER ? read_number(given, &n) : read_switch(given, &n))
        *place(&r->settings, of) = n;
    else
        repl_print(2, "`%s` is %s, not `%s`\n", of->name,
                   of->kind == NUMBER ? "a number, 0 to 1000000000" : "on or off", given);
}

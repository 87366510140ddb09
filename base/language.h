/* The modules of the language. All of them are listed here with their members, so that what this VM
 * lacks can be told from what does not exist. "" is the prelude, and comes first. */
#ifndef CSP_BASE_LANGUAGE_H
#define CSP_BASE_LANGUAGE_H

#include <stdbool.h>
#include <stddef.h>

typedef enum language_module_id {
#define MODULE(enumerator, name, members) LANGUAGE_##enumerator,
#include "base/language.def"
#undef MODULE
    LANGUAGE_MODULES
} language_module_id;

typedef struct language_module {
    const char *name, *members; /* members: separated by spaces */
} language_module;
extern const language_module language_modules[LANGUAGE_MODULES];

/* What a function of the library is known to do: base/traits.def. */
enum language_trait {
    LANGUAGE_PURE = 1,
    LANGUAGE_CHANGES = 2,
    LANGUAGE_MAY_FAIL = 4,
    LANGUAGE_DROPPABLE = 8
};
unsigned language_traits(const char *module, const char *name);

/* The index in language_modules, or -1. */
int language_find_module(const char *name);

/* Whether `name` is one of the words of a text, which are separated by spaces. */
bool language_has_word(const char *words, const char *name);

/* The word among `words` that equals `name` except for case and `_`, or NULL; *length:
 * its length. */
const char *language_same_word(const char *words, const char *name, size_t *length);

#endif

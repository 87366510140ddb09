#include "base/foreign_c.h"

#include <stddef.h>

#include "base/language.h"

const foreign_ctype foreign_ctypes[] = {
#define C_TYPE(names, type, of_pointer) {names, type, of_pointer},
#define C_REFUSED(names)                {names, "", ""},
#define C_PREFIX(names)
#include "base/foreign_c.def"
#undef C_TYPE
#undef C_REFUSED
#undef C_PREFIX
    {NULL, NULL, NULL}};

const foreign_ctype *foreign_find_ctype(const char *name)
{
    size_t length;
    for (const foreign_ctype *row = foreign_ctypes; row->names; row++)
        if (language_same_word(row->names, name, &length))
            return row;
    return NULL;
}

bool foreign_is_c_prefix(const char *word)
{
#define C_TYPE(names, type, of_pointer)
#define C_REFUSED(names)
#define C_PREFIX(names) names
    static const char prefixes[] =
#include "base/foreign_c.def"
        ;
    return language_has_word(prefixes, word);
}

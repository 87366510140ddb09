#include "base/words.h"

#include <stddef.h>
#include <string.h>

const word_row word_rows[] = {
#define WORD(name, form, doc) {name, form, doc},
#include "base/words.def"
#undef WORD
    {NULL, NULL, NULL},
};

const word_row *word_find(const char *name)
{
    for (const word_row *row = word_rows; row->name; row++)
        if (strcmp(row->name, name) == 0)
            return row;
    return NULL;
}

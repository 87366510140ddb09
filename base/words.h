/* What the words of the language mean: the table is base/words.def. */
#ifndef CSP_BASE_WORDS_H
#define CSP_BASE_WORDS_H

typedef struct word_row {
    /* form: how it is written; several ways are separated by four spaces */
    const char *name, *form, *doc;
} word_row;

extern const word_row word_rows[]; /* ends with NULLs */

const word_row *word_find(const char *name); /* NULL: not a word of the language */

#endif

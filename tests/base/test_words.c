#include "base/words.h"

#include <criterion/criterion.h>
#include <string.h>

#include "lexer/lexer.h"

Test(words, each_reserved_word_has_an_entry)
{
    int keywords = 0;
    for (int kind = 0; kind < LEX_KINDS; kind++) {
        if (!(lex_kind_flags((lex_kind)kind) & LEX_KEYWORD))
            continue;
        keywords++;
        const char *word = lex_kind_text((lex_kind)kind);
        const word_row *row = word_find(word);
        cr_expect(row && strcmp(row->name, word) == 0, "%s", word);
    }
    cr_assert_gt(keywords, 20);
}

Test(words, each_is_written_with_itself_or_explained_and_stands_once)
{
    for (const word_row *row = word_rows; row->name; row++) {
        cr_expect_gt(strlen(row->form), 0, "%s", row->name);
        cr_expect_gt(strlen(row->doc), 0, "%s", row->name);
        cr_expect_eq(word_find(row->name), row, "%s stands twice", row->name);
    }
}

Test(words, others_are_unknown)
{
    cr_assert_null(word_find(""));
    cr_assert_null(word_find("spawns"));
}

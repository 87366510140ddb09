#include "repl/scan.h"

#include <string.h>

const char *scan_text(const char *at, bool raw)
{
    size_t quotes = strncmp(at, "\"\"\"", 3) == 0 ? 3 : 1;
    const char *end = at + quotes;
    while (*end && strncmp(end, "\"\"\"", quotes) != 0)
        end += *end == '\\' && end[1] && !raw ? 2 : 1;
    return *end ? end + quotes : end;
}

/* A byte of a name: ASCII's, or of a character beyond it. */
static bool is_in_word(char c)
{
    return (unsigned char)c >= 0x80 || c == '_' || (c >= '0' && c <= '9') ||
           (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

const char *scan_word(const char *at, bool in_texts, size_t *size)
{
    while (*at && !is_in_word(*at))
        if (*at == '#' && !in_texts)
            at += strcspn(at, "\n");
        else
            at = *at == '"' && !in_texts ? scan_text(at, false) : at + 1;
    const char *end = at;
    while (is_in_word(*end))
        end++;
    if (*end == '"' && !in_texts && end - at == 1 && *at == 'r')
        return scan_word(scan_text(end, true), in_texts, size);
    *size = (size_t)(end - at);
    return end > at ? at : NULL;
}

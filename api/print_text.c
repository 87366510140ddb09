/* What is printed, in columns and rows. */
#include <stdio.h>
#include <string.h>

#include "api/print.h"
#include "base/utf8.h"

/* ---- Columns ---- */

typedef struct range_of_runes {
    uint32_t first, last;
} range_of_runes;

static bool is_in(const range_of_runes *ranges, uint32_t rune)
{
    while (ranges->last < rune)
        ranges++;
    return rune >= ranges->first;
}

/* As terminals do: East Asian wide and emoji take two, what combines none. */
static uint32_t rune_width(uint32_t rune)
{
    static const range_of_runes none[] = {
        {0x300, 0x36f},          {0x483, 0x489},   {0x591, 0x5bd},   {0x610, 0x61a},
        {0x64b, 0x65f},          {0x93c, 0x93c},   {0x94d, 0x94d},   {0xe31, 0xe31},
        {0xe34, 0xe3a},          {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x200b, 0x200f},
        {0x20d0, 0x20ff},        {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xe0100, 0xe01ef},
        {UINT32_MAX, UINT32_MAX}};
    static const range_of_runes wide[] = {
        {0x1100, 0x115f},   {0x2e80, 0x303e},        {0x3041, 0xa4cf},   {0xa960, 0xa97f},
        {0xac00, 0xd7a3},   {0xf900, 0xfaff},        {0xfe30, 0xfe6f},   {0xff00, 0xff60},
        {0xffe0, 0xffe6},   {0x1f300, 0x1f64f},      {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff},
        {0x20000, 0x3fffd}, {UINT32_MAX, UINT32_MAX}};
    if (rune < none[0].first)
        return 1;
    return is_in(none, rune) ? 0 : is_in(wide, rune) ? 2 : 1;
}

uint32_t print_width(const char *s, size_t size)
{
    uint32_t width = 0;
    for (size_t i = 0; i < size;) {
        unsigned length = 1;
        width += (unsigned char)s[i] < 0x80 ? 1 : rune_width(utf8_decode_valid(s + i, &length));
        i += length;
    }
    return width;
}

/* ---- Adding ---- */

static const char *const colours[] = {
    [PRINT_PLAIN] = NULL,          [PRINT_NUMBER] = "\033[36m", [PRINT_STRING] = "\033[32m",
    [PRINT_CONSTANT] = "\033[35m", [PRINT_HANDLE] = "\033[33m", [PRINT_NAME] = "\033[34m",
    [PRINT_MARK] = "\033[2m"};

static void add(printer *p, const char *s, size_t size)
{
    p->failed = !text_add(&p->out, s, size) || p->failed;
}

/* What is longer than the line goes on in the next one, as terminals have it. */
static void advance(printer *p, uint32_t columns)
{
    uint32_t width = p->limits.width;
    p->now.column += columns;
    if (p->flat || width == 0)
        return;
    while (p->now.column > width) {
        p->now.column -= width;
        p->now.rows++;
    }
}

void print_text(printer *p, print_style style, const char *s, size_t size)
{
    const char *colour = p->colour ? colours[style] : NULL;
    uint32_t columns = print_width(s, size);
    if (colour)
        add(p, colour, strlen(colour));
    add(p, s, size);
    if (colour)
        add(p, "\033[0m", 4);
    advance(p, columns);
    p->now.characters += style == PRINT_MARK ? 0 : columns;
}

void print_newline(printer *p, uint32_t indent)
{
    add(p, "\n", 1);
    for (uint32_t i = 0; i < indent; i++)
        add(p, " ", 1);
    p->now.column = indent;
    p->now.rows++;
}

/* With a comma before each three digits. */
static void group(char out[32], uint64_t n)
{
    char digits[24];
    int count = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n), used = 0;
    for (int i = 0; i < count; i++) {
        if (i > 0 && (count - i) % 3 == 0)
            out[used++] = ',';
        out[used++] = digits[i];
    }
    out[used] = '\0';
}

void print_mark(printer *p, uint64_t left_out, const char *unit)
{
    char number[32] = "", said[160];
    if (left_out > 0)
        group(number, left_out);
    bool hint = p->more && !p->now.hinted;
    int size = snprintf(said, sizeof said, "…%s%s more%s%s%s%s", left_out ? " " : "", number, unit,
                        hint ? " (" : "", hint ? p->more : "", hint ? ")" : "");
    print_text(p, PRINT_MARK, said, size < (int)sizeof said ? (size_t)size : sizeof said - 1);
    p->now.hinted = p->now.hinted || hint;
}

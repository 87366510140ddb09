/* Numbers as text, and text as numbers. */
#ifndef CSP_VM_NUMBER_NUM_TEXT_H
#define CSP_VM_NUMBER_NUM_TEXT_H

#include "vm/core/bytecode.h"

struct text;

/* Digits (no sign, no `_`) in base 2, 8, 10 or 16, of any length; the caller has checked them.
 * VALUE_NIL: more bits than an int may have. */
value num_from_digits(csp_vm *vm, const char *digits, size_t length, int base, bool negative);
/* Text: a float as the shortest text that reads back, always with `.` or `e` (or inf, nan, -inf).
 * Returns the length; out holds 40 bytes. */
size_t num_format_float(double d, char *out);
/* Appends an integer's digits (bigints too, in base 2..36) to the text builder; false: out of
 * memory. */
bool num_format_int(struct text *t, value integer, int base);
/* Text to number as `int(text, base)` and `float(text)` do: surrounding white space refused, sign
 * optional, digits only; VALUE_NIL: no number. */
value num_parse_int(csp_vm *vm, const char *chars, size_t size, int base);
/* The parts of that: whether there is a digit and nothing else; bits that so many digits may
 * need. */
bool num_all_digits(const char *chars, size_t size, int base);
uint64_t num_digits_bits(size_t length, int base);
/* The error value for what is shown as that, at most NUM_SHOWN bytes of it, and of which `what` ("a
 * number") cannot be made; ABSENT: out of memory. */
enum { NUM_SHOWN = 80 };
value num_unreadable(csp_vm *vm, const struct text *shown, const char *what);
value num_parse_float(csp_vm *vm, const char *chars, size_t size);

#endif

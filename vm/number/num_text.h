/* Numbers as text, and text as numbers. */
#ifndef CSP_VM_NUMBER_NUM_TEXT_H
#define CSP_VM_NUMBER_NUM_TEXT_H

#include "vm/core/bytecode.h"

struct text;

/* Digits (no sign, no `_`) in base 2, 8, 10 or 16, of any length; the caller has checked them.
 * VALUE_NIL: more bits than an int may have. */
value num_from_digits(csp_vm *vm, const char *digits, size_t length, int base, bool negative);
/* A float as the shortest text that reads back, always with `.` or `e` (or inf, nan, -inf). Returns
 * the length; out holds 40 bytes. */
size_t num_format_float(double d, char *out);
/* Appends the digits of an integer (bigints too, in base 2..36) to the text builder; false: out
 * of memory. */
bool num_format_int(struct text *t, value integer, int base);
/* Text to number as `int(text, base)` and `float(text)` do: no surrounding white space, an optional
 * sign, digits only; VALUE_NIL: not a number. */
value num_parse_int(csp_vm *vm, const char *chars, size_t size, int base);
/* Parts of that: whether there are digits and nothing else; how many bits so many digits
 * may need. */
bool num_all_digits(const char *chars, size_t size, int base);
uint64_t num_digits_bits(size_t length, int base);
/* The error value for a text of which `what` ("a number") cannot be made. It shows at most
 * NUM_SHOWN bytes of the text. ABSENT: out of memory. */
enum { NUM_SHOWN = 80 };
value num_unreadable(csp_vm *vm, const struct text *shown, const char *what);
value num_parse_float(csp_vm *vm, const char *chars, size_t size);

#endif

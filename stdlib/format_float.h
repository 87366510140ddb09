/* Floats as String.format writes them. */
#ifndef CSP_STDLIB_FORMAT_FLOAT_H
#define CSP_STDLIB_FORMAT_FLOAT_H

#include <stddef.h>

/* 1.8e308 has 309 digits before the point. */
enum { FORMAT_FLOAT_ROOM = 400 };

/* As C's printf does for the conversion `f`, `e` or `g`, exactly rounded, always with a point. The
 * magnitude is finite and not negative; chars has room for FORMAT_FLOAT_ROOM + precision. The
 * length; 0: no memory. */
size_t format_float(char *chars, char conversion, unsigned precision, double magnitude);

#endif

#include "stdlib/format_directive.h"

#include "base/utf8.h"

/* Nobody needs wider fields, and a format must not fill the memory by mistake. */
enum { MAX_WIDTH = 100000 };

static uint32_t read_flags(const char *at, directive *d)
{
    uint32_t i = 0;
    for (;; i++) {
        switch (at[i]) {
        case '-': d->left = true; break;
        case '0': d->zero = true; break;
        case '+': d->plus = true; break;
        case ' ': d->space = true; break;
        case '#': d->alternate = true; break;
        default: return i;
        }
    }
}

/* Digits, as a number not far above MAX_WIDTH. */
static uint32_t read_number(const char *at, uint32_t *number)
{
    uint32_t i = 0;
    *number = 0;
    for (; at[i] >= '0' && at[i] <= '9'; i++)
        if (*number <= MAX_WIDTH)
            *number = *number * 10 + (uint32_t)(at[i] - '0');
    return i;
}

/* Up to the conversion, which gives its place. Texts end with a NUL, which is no part of
 * any directive. */
static uint32_t read_parts(const string *format, uint32_t at, directive *d)
{
    *d = (directive){.precision = -1};
    uint32_t i = at + 1, precision;
    i += read_flags(format->text + i, d);
    i += read_number(format->text + i, &d->width);
    if (format->text[i] == '.') {
        i++;
        i += read_number(format->text + i, &precision);
        d->precision = (int32_t)precision;
    }
    d->conversion = format->text[i];
    return i;
}

typedef enum { UNKNOWN, WITHOUT_PRECISION, WITH_PRECISION } conversion_kind;

static conversion_kind kind_of(char conversion)
{
    switch (conversion) {
    case 'f':
    case 'e':
    case 'g':
    case 's': return WITH_PRECISION;
    case 'd':
    case 'x':
    case 'X':
    case 'o':
    case 'b':
    case 'q':
    case 'c':
    case '%': return WITHOUT_PRECISION;
    default: return UNKNOWN;
    }
}

bool format_read(const string *format, uint32_t *at, directive *d)
{
    uint32_t end = read_parts(format, *at, d);
    conversion_kind kind = kind_of(d->conversion);
    if (kind == UNKNOWN || (kind == WITHOUT_PRECISION && d->precision >= 0) ||
        d->width > MAX_WIDTH || d->precision > MAX_WIDTH)
        return false;
    *at = end + 1;
    return true;
}

verdict format_refuse(csp_vm *vm, const string *format, uint32_t at)
{
    directive d;
    uint32_t end = read_parts(format, at, &d);
    if (d.width > MAX_WIDTH || d.precision > MAX_WIDTH)
        return vm_raise(vm, ERR_VALUE, "a format's width and precision are at most %d", MAX_WIDTH);
    if (kind_of(d.conversion) != UNKNOWN)
        return vm_raise(vm, ERR_VALUE,
                        "a precision goes with %%f %%e %%g and %%s only, not with %%%c",
                        d.conversion);
    unsigned size = 0;
    if (end < format->size)
        utf8_decode_valid(format->text + end, &size);
    return vm_raise(
        vm, ERR_VALUE,
        "the format has no conversion `%.*s`: there are %%d %%x %%X %%o %%b %%f %%e %%g "
        "%%s %%q %%c %%%%",
        (int)(end + size - at), format->text + at);
}

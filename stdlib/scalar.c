#include "stdlib/scalar.h"
#include "vm/native.h"

static const struct named_scalar {
    const char *name;
    scalar_class class;
    uint8_t size;
} scalars[] = {
    {"i8", SCALAR_SIGNED, 1},
    {"i16", SCALAR_SIGNED, 2},
    {"i32", SCALAR_SIGNED, 4},
    {"i64", SCALAR_SIGNED, 8},
    {"u8", SCALAR_UNSIGNED, 1},
    {"u16", SCALAR_UNSIGNED, 2},
    {"u32", SCALAR_UNSIGNED, 4},
    {"u64", SCALAR_UNSIGNED, 8},
    {"isize", SCALAR_SIGNED, sizeof(ptrdiff_t)},
    {"usize", SCALAR_UNSIGNED, sizeof(size_t)},
    {"f32", SCALAR_FLOAT, 4},
    {"f64", SCALAR_FLOAT, 8},
    {"bool", SCALAR_BOOL, 1},
};

static bool machine_is_big_endian(void)
{
    uint16_t one = 1;
    uint8_t first;
    memcpy(&first, &one, 1);
    return first == 0;
}

verdict scalar_parse(csp_vm *vm, process *p, value v, scalar *out)
{
    if (!value_is(v, OBJ_STRING))
        return vm_raise_type(vm, p, v, "the name of a type (\"i32\")");
    const char *name = value_string(v)->text;
    for (size_t i = 0; i < sizeof scalars / sizeof *scalars; i++) {
        const struct named_scalar *known = &scalars[i];
        size_t length = strlen(known->name);
        if (strncmp(name, known->name, length) != 0)
            continue;
        const char *order = name + length;
        bool big = strcmp(order, "be") == 0;
        bool little = strcmp(order, "le") == 0;
        if (*order != '\0' && (known->size == 1 || (!big && !little)))
            continue;
        *out = (scalar){known->class, known->size, machine_is_big_endian() ? little : big};
        return VERDICT_DONE;
    }
    return vm_raise(
        vm, ERR_VALUE,
        "no type `%s`: i8 … i64, u8 … u64, isize, usize, f32, f64 or bool, with \"be\" or \"le\"",
        name);
}

static void copy_bytes(uint8_t *to, const uint8_t *from, scalar type)
{
    for (unsigned i = 0; i < type.size; i++)
        to[i] = from[type.swapped ? type.size - 1 - i : i];
}

/* The lowest `size` bytes of a word that are in the machine's order, as a number. */
static uint64_t load(const uint8_t *from, unsigned size)
{
    uint8_t byte;
    uint16_t half;
    uint32_t word;
    uint64_t full;
    switch (size) {
    case 1: memcpy(&byte, from, 1); return byte;
    case 2: memcpy(&half, from, 2); return half;
    case 4: memcpy(&word, from, 4); return word;
    default: memcpy(&full, from, 8); return full;
    }
}

static void store(uint8_t *to, unsigned size, uint64_t number)
{
    uint8_t byte = (uint8_t)number;
    uint16_t half = (uint16_t)number;
    uint32_t word = (uint32_t)number;
    switch (size) {
    case 1: memcpy(to, &byte, 1); break;
    case 2: memcpy(to, &half, 2); break;
    case 4: memcpy(to, &word, 4); break;
    default: memcpy(to, &number, 8); break;
    }
}

value scalar_read(csp_vm *vm, scalar type, const uint8_t *from)
{
    uint8_t bytes_in_order[8] = {0};
    copy_bytes(bytes_in_order, from, type);
    uint64_t number = load(bytes_in_order, type.size);
    unsigned unused = 64 - 8U * type.size;
    float single;
    double d;
    switch (type.class) {
    case SCALAR_SIGNED: return num_int(vm, (int64_t)(number << unused) >> unused);
    case SCALAR_UNSIGNED: return num_uint(vm, number);
    case SCALAR_BOOL: return value_bool(number != 0);
    case SCALAR_FLOAT: break;
    }
    memcpy(&single, bytes_in_order, sizeof single);
    memcpy(&d, bytes_in_order, sizeof d);
    return num_float(vm, type.size == 4 ? (double)single : d);
}

/* The int's bits in `size` bytes; false: it does not fit. */
static bool int_bits(value v, scalar type, uint64_t *number)
{
    bool negative = num_compare(v, value_int(0)) < 0;
    if (value_is_int(v))
        *number = (uint64_t)value_as_int(v);
    else {
        const bigint *b = value_as_object(v);
        if (b->size != 1 && b->size != -1)
            return false;
        *number = negative ? -b->limbs[0] : b->limbs[0];
        if (negative && (*number >> 63) == 0)
            return false;
    }
    unsigned bits = 8U * type.size;
    if (type.class == SCALAR_UNSIGNED)
        return !negative && (bits == 64 || *number >> bits == 0);
    /* All bits from the sign bit on are alike. */
    uint64_t high = *number >> (bits - 1);
    return negative ? high == UINT64_MAX >> (bits - 1) : high == 0;
}

static verdict write_int(csp_vm *vm, process *p, scalar type, value v, uint8_t *to)
{
    if (!value_is_integer(v))
        return vm_raise_type(vm, p, v, "an int");
    uint64_t number;
    if (!int_bits(v, type, &number))
        return vm_raise(vm, ERR_VALUE, "the int does not fit %s%u",
                        type.class == SCALAR_UNSIGNED ? "u" : "i", 8U * type.size);
    store(to, type.size, number);
    return VERDICT_DONE;
}

static verdict write_float(csp_vm *vm, process *p, scalar type, value v, uint8_t *to)
{
    if (!value_is_number(v))
        return vm_raise_type(vm, p, v, "a number");
    double d = num_as_double(v);
    float single = (float)d;
    if (type.size == 4)
        memcpy(to, &single, sizeof single);
    else
        memcpy(to, &d, sizeof d);
    return VERDICT_DONE;
}

verdict scalar_write(csp_vm *vm, process *p, scalar type, value v, uint8_t *to)
{
    uint8_t in_order[8] = {0};
    verdict done = VERDICT_DONE;
    switch (type.class) {
    case SCALAR_SIGNED:
    case SCALAR_UNSIGNED: done = write_int(vm, p, type, v, in_order); break;
    case SCALAR_FLOAT: done = write_float(vm, p, type, v, in_order); break;
    case SCALAR_BOOL:
        if (v != VALUE_TRUE && v != VALUE_FALSE)
            return vm_raise_type(vm, p, v, "a bool");
        in_order[0] = v == VALUE_TRUE;
        break;
    }
    if (done == VERDICT_DONE)
        copy_bytes(to, in_order, type);
    return done;
}

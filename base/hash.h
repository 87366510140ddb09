/* Mixing words for hash tables. None of it keeps an attacker out: what programs hash is seeded. */
#ifndef CSP_BASE_HASH_H
#define CSP_BASE_HASH_H

#include <stdint.h>

/* An odd number without pattern: 2**64 divided by the golden ratio. */
#define HASH_FACTOR 0x9e3779b97f4a7c15u

/* The upper half depends on all bits of x: the place in a table of addresses, or small numbers. */
static inline uint32_t hash_place(uint64_t x) { return (uint32_t)(x * HASH_FACTOR >> 32); }

/* Every bit depends on every bit of x. */
static inline uint64_t hash_stir(uint64_t x)
{
    x ^= x >> 32;
    x *= 0xd6e8feb86659fd93u;
    x ^= x >> 32;
    x *= 0xd6e8feb86659fd93u;
    return x ^ x >> 32;
}

#endif

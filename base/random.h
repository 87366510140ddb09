/* The generator xoshiro256** (Blackman and Vigna, 2018): fast and good, but not for secrets. */
#ifndef CSP_BASE_RANDOM_H
#define CSP_BASE_RANDOM_H

#include <stdint.h>

uint64_t xoshiro_next(uint64_t state[4]);
/* A state that is not all 0, for any seed. */
void xoshiro_seed(uint64_t state[4], uint64_t seed);

#endif

#include "base/random.h"

static inline uint64_t rotate_left(uint64_t x, unsigned k) { return x << k | x >> (64 - k); }

uint64_t xoshiro_next(uint64_t state[4])
{
    uint64_t result = rotate_left(state[1] * 5, 7) * 9, t = state[1] << 17;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= t;
    state[3] = rotate_left(state[3], 45);
    return result;
}

/* splitmix64, as the authors recommend. */
void xoshiro_seed(uint64_t state[4], uint64_t seed)
{
    for (int i = 0; i < 4; i++) {
        seed += 0x9e3779b97f4a7c15;
        uint64_t z = seed;
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
        z = (z ^ z >> 27) * 0x94d049bb133111eb;
        state[i] = z ^ z >> 31;
    }
}

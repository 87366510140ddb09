/* Writing the packed form. */
#include "msg/packed.h"
#include "base/array.h"

#include <stdlib.h>

uint8_t *pack_room(packer *p, size_t size)
{
    if (p->failed)
        return NULL;
    if (size > p->capacity - p->size) {
        uint8_t *grown =
            size > SIZE_MAX - p->size ? NULL : array_room(p->data, &p->capacity, p->size + size, 1);
        if (!grown) {
            p->failed = true;
            return NULL;
        }
        p->data = grown;
    }
    return p->data + p->size;
}

void pack_drop(packer *p)
{
    free(p->data);
    *p = (packer){0};
}

static void put(packer *p, const void *data, size_t size)
{
    uint8_t *to = pack_room(p, size);
    if (!to || size == 0)
        return;
    memcpy(to, data, size);
    p->size += size;
}

static void put_tagged(packer *p, uint8_t tag, uint64_t n)
{
    uint8_t *to = pack_room(p, 11), *start = to;
    if (!to)
        return;
    *to++ = tag;
    for (; n >= 0x80; n >>= 7)
        *to++ = (uint8_t)(n | 0x80);
    *to++ = (uint8_t)n;
    p->size += (size_t)(to - start);
}

void pack_head(packer *p)
{
    static const uint8_t head[PACKED_HEAD] = {'c', 's', 'p', PACKED_VERSION, 0};
    p->start = p->size;
    put(p, head, sizeof head);
}

void pack_tag(packer *p, packed_tag tag)
{
    uint8_t byte = (uint8_t)tag;
    put(p, &byte, 1);
}

void pack_int(packer *p, int64_t n)
{
    if (n >= 0 && n < 0x80) {
        uint8_t byte = (uint8_t)(PACKED_SMALL | n);
        put(p, &byte, 1);
    } else {
        put_tagged(p, PACKED_INT, (uint64_t)n << 1 ^ -(uint64_t)(n < 0));
    }
}

void pack_float(packer *p, double d)
{
    uint64_t word;
    uint8_t bytes[1 + sizeof word] = {PACKED_FLOAT};
    memcpy(&word, &d, sizeof word);
    for (unsigned i = 0; i < sizeof word; i++)
        bytes[1 + i] = (uint8_t)(word >> 8 * i);
    put(p, bytes, sizeof bytes);
}

void pack_block_begin(packer *p, packed_tag tag, uint64_t size)
{
    put_tagged(p, (uint8_t)tag, size);
}

void pack_block_end(packer *p, packed_tag tag)
{
    if (packed_has_nul(tag))
        put(p, "", 1);
}

void pack_block(packer *p, packed_tag tag, const void *data, size_t size)
{
    pack_block_begin(p, tag, size);
    put(p, data, size);
    pack_block_end(p, tag);
}

void pack_open(packer *p, packed_tag tag, bool immutable, uint64_t count)
{
    uint8_t byte = (uint8_t)(tag | (immutable ? PACKED_IMMUTABLE : 0));
    if (tag == PACKED_ERROR || tag == PACKED_RANGE || tag == PACKED_INCLUSIVE)
        put(p, &byte, 1);
    else
        put_tagged(p, byte, count);
}

void pack_reference(packer *p, uint64_t number)
{
    put_tagged(p, PACKED_REFERENCE, number);
    if (!p->failed)
        p->data[p->start + PACKED_MARKS] |= PACKED_HAS_REFERENCES;
}

void pack_magnitude(packer *p, bool negative, const uint8_t *magnitude, size_t size)
{
    while (size > 0 && magnitude[size - 1] == 0)
        size--;
    uint64_t low = 0;
    for (size_t i = 0; i < size && i < sizeof low; i++)
        low |= (uint64_t)magnitude[i] << 8 * i;
    bool fits = size <= sizeof low && low <= (uint64_t)INT64_MAX + negative;
    if (fits)
        pack_int(p, negative ? (int64_t)-low : (int64_t)low);
    else
        pack_block(p, negative ? PACKED_NEGATIVE : PACKED_POSITIVE, magnitude, size);
}

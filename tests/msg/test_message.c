#include <criterion/criterion.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "include/csp.h"
#include "msg/message.h"

static csp_msg *of(packer *p)
{
    csp_msg *m = message_of(p);
    cr_assert_not_null(m);
    size_t size;
    const void *packed = csp_msg_packed(m, &size);
    cr_assert(packed_check(packed, size));
    return m;
}

static packer begun(void)
{
    packer p = {0};
    pack_head(&p);
    return p;
}

Test(message, scalars_are_what_was_put_in)
{
    int64_t n = 7;
    double d = 7;
    bool b = false;
    csp_msg *m = csp_msg_int(INT64_MIN);
    cr_assert_eq(csp_msg_type(m), CSP_T_INT);
    cr_assert(csp_msg_as_int(m, &n) && n == INT64_MIN);
    cr_assert(csp_msg_as_float(m, &d) && d == -0x1p63);
    cr_assert(!csp_msg_as_bool(m, &b) && !b);
    cr_assert_null(csp_msg_as_text(m, NULL));
    csp_msg_free(m);
    m = csp_msg_float(0.5);
    cr_assert(csp_msg_as_float(m, &d) && d == 0.5 && !csp_msg_as_int(m, &n));
    csp_msg_free(m);
    m = csp_msg_bool(true);
    cr_assert(csp_msg_as_bool(m, &b) && b && csp_msg_type(m) == CSP_T_BOOL);
    csp_msg_free(m);
    m = csp_msg_nil();
    cr_assert_eq(csp_msg_type(m), CSP_T_NIL);
    cr_assert_eq(csp_msg_length(m), 0);
    csp_msg_free(m);
}

Test(message, text_is_copied_and_ends_with_nul)
{
    char text[] = "gr\xc3\xbc\xc3\x9f";
    csp_msg *m = csp_msg_text(text, sizeof text - 1);
    memset(text, 'x', sizeof text - 1);
    size_t size;
    cr_assert_str_eq(csp_msg_as_text(m, &size), "gr\xc3\xbc\xc3\x9f");
    cr_assert_eq(size, 6);
    cr_assert_eq(csp_msg_length(m), 4);
    csp_msg_free(m);
    cr_assert_null(csp_msg_text("\xff", 1));
    m = csp_msg_bytes("\0\xff", 2);
    cr_assert_eq(csp_msg_type(m), CSP_T_BYTES);
    cr_assert(memcmp(csp_msg_as_text(m, &size), "\0\xff", 3) == 0 && size == 2);
    csp_msg_free(m);
    m = csp_msg_text(NULL, 0);
    cr_assert_str_eq(csp_msg_as_text(m, &size), "");
    csp_msg_free(m);
}

static unsigned released;
static void release(void *data)
{
    free(data);
    __atomic_fetch_add(&released, 1, __ATOMIC_RELAXED);
}

Test(message, adopted_bytes_are_released_once)
{
    char *data = malloc(100);
    memset(data, 'a', 100);
    csp_msg *m = csp_msg_adopt(data, 100, release);
    size_t size;
    cr_assert_eq((const char *)data, csp_msg_as_text(m, &size));
    cr_assert_eq(csp_msg_hold(m), m);
    csp_msg_free(m);
    cr_assert_eq(released, 0);
    const void *packed = csp_msg_packed(m, &size);
    csp_msg *again = csp_msg_unpack(packed, size);
    csp_msg_free(m);
    cr_assert_eq(released, 1);
    cr_assert(memcmp(csp_msg_as_text(again, &size), "aaaa", 4) == 0 && size == 100);
    csp_msg_free(again);
    cr_assert_null(csp_msg_adopt(malloc(1), (size_t)1 << 32, release));
    cr_assert_eq(released, 2);
}

Test(message, misuse_by_null)
{
    size_t size = 5;
    int64_t n;
    double d;
    bool b;
    cr_assert_eq(csp_msg_type(NULL), CSP_T_NONE);
    cr_assert(!csp_msg_as_int(NULL, &n) && !csp_msg_as_float(NULL, &d));
    cr_assert(!csp_msg_as_bool(NULL, &b));
    cr_assert_null(csp_msg_as_text(NULL, &size));
    cr_assert_eq(size, 0);
    cr_assert_null(csp_msg_packed(NULL, &size));
    cr_assert_null(csp_msg_at(NULL, 0));
    cr_assert_null(csp_msg_field(NULL, "a"));
    cr_assert_eq(csp_msg_length(NULL), 0);
    cr_assert_null(csp_msg_hold(NULL));
    cr_assert_null(csp_msg_unpack(NULL, 10));
    cr_assert_null(csp_msg_bytes(NULL, 10));
    cr_assert_null(csp_msg_text(NULL, 10));
    cr_assert_null(csp_msg_json(NULL, 10));
    cr_assert_null(csp_msg_to_json(NULL));
    released = 0;
    cr_assert_null(csp_msg_adopt(NULL, 10, release));
    cr_assert_eq(released, 1);
    csp_msg_free(NULL);
    csp_msg *m = csp_msg_int(1);
    cr_assert(!csp_msg_as_int(m, NULL) && !csp_msg_as_float(m, NULL));
    cr_assert_null(csp_msg_field(m, "a"));
    cr_assert_null(csp_msg_field(m, NULL));
    cr_assert_null(csp_msg_at(m, 0));
    cr_assert_not_null(csp_msg_packed(m, NULL));
    csp_msg_free(m);
}

Test(message, the_first_packed_form_is_the_second)
{
    csp_msg *all[] = {csp_msg_nil(),         csp_msg_bool(false),  csp_msg_int(127),
                      csp_msg_int(128),      csp_msg_int(-1),      csp_msg_int(INT64_MAX),
                      csp_msg_float(NAN),    csp_msg_float(-0.0),  csp_msg_text("a", 1),
                      csp_msg_bytes("b", 1), csp_msg_text(NULL, 0)};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        size_t a, b;
        const void *packed = csp_msg_packed(all[i], &a);
        csp_msg *again = csp_msg_unpack(packed, a);
        cr_assert_not_null(again, "message %zu", i);
        const void *second = csp_msg_packed(again, &b);
        cr_assert(a == b && memcmp(packed, second, a) == 0);
        cr_assert_eq(csp_msg_type(again), csp_msg_type(all[i]));
        csp_msg_free(again);
        csp_msg_free(all[i]);
    }
}

/* {"list": [1, -1, "x"], "self": itself} */
static csp_msg *sample(void)
{
    packer p = begun();
    pack_open(&p, PACKED_MAP, false, 2);
    pack_block(&p, PACKED_STRING, "list", 4);
    pack_open(&p, PACKED_LIST, false, 3);
    pack_int(&p, 1);
    pack_int(&p, -1);
    pack_block(&p, PACKED_STRING, "x", 1);
    pack_block(&p, PACKED_STRING, "self", 4);
    pack_reference(&p, 0);
    return of(&p);
}

Test(message, what_is_inside_is_found)
{
    csp_msg *m = sample();
    cr_assert_eq(csp_msg_length(m), 2);
    const csp_msg *list = csp_msg_field(m, "list");
    cr_assert_eq(csp_msg_type(list), CSP_T_LIST);
    cr_assert_eq(csp_msg_length(list), 3);
    int64_t n;
    cr_assert(csp_msg_as_int(csp_msg_at(list, 1), &n) && n == -1);
    cr_assert_str_eq(csp_msg_as_text(csp_msg_at(list, 2), NULL), "x");
    cr_assert_null(csp_msg_at(list, 3));
    cr_assert_null(csp_msg_field(m, "lists"));
    const csp_msg *self = csp_msg_field(m, "self");
    cr_assert_eq(csp_msg_field(self, "list"), list);
    csp_msg_free(m);
}

Test(message, a_part_has_a_packed_form_of_its_own)
{
    csp_msg *m = sample();
    const csp_msg *list = csp_msg_field(m, "list"), *self = csp_msg_field(m, "self");
    size_t size, whole;
    const void *packed = csp_msg_packed(list, &size);
    cr_assert_eq(csp_msg_packed(list, &whole), packed);
    csp_msg *copy = csp_msg_unpack(packed, size);
    cr_assert_str_eq(csp_msg_as_text(csp_msg_at(copy, 2), NULL), "x");
    csp_msg_free(copy);
    packed = csp_msg_packed(self, &size);
    const void *of_all = csp_msg_packed(m, &whole);
    cr_assert(size == whole && memcmp(packed, of_all, size) == 0);
    csp_msg_free(m);
}

Test(message, large_maps_are_found_by_hash)
{
    enum { MANY = 5000 };
    packer p = begun();
    pack_open(&p, PACKED_MAP, false, MANY + 1);
    char key[32];
    for (int i = 0; i < MANY; i++) {
        pack_block(&p, PACKED_STRING, key, (size_t)sprintf(key, "key number %d", i));
        pack_int(&p, i);
    }
    pack_int(&p, 5);
    pack_int(&p, 6);
    csp_msg *m = of(&p);
    for (int i = 0; i < MANY; i++) {
        int64_t n;
        sprintf(key, "key number %d", i);
        cr_assert(csp_msg_as_int(csp_msg_field(m, key), &n) && n == i);
    }
    cr_assert_null(csp_msg_field(m, "key number 5000"));
    csp_msg_free(m);
}

Test(message, errors_have_fields)
{
    packer p = begun();
    pack_open(&p, PACKED_ERROR, false, 0);
    pack_block(&p, PACKED_STRING, "bad", 3);
    pack_block(&p, PACKED_STRING, "so", 2);
    pack_open(&p, PACKED_LIST, false, 0);
    pack_tag(&p, PACKED_NIL);
    csp_msg *m = of(&p);
    cr_assert_eq(csp_msg_type(m), CSP_T_ERROR);
    cr_assert_str_eq(csp_msg_as_text(csp_msg_field(m, "kind"), NULL), "bad");
    cr_assert_str_eq(csp_msg_as_text(csp_msg_field(m, "message"), NULL), "so");
    cr_assert_eq(csp_msg_type(csp_msg_field(m, "data")), CSP_T_LIST);
    cr_assert_eq(csp_msg_type(csp_msg_field(m, "cause")), CSP_T_NIL);
    cr_assert_null(csp_msg_field(m, "trace"));
    csp_msg_free(m);
}

Test(message, large_ints_are_rounded_to_the_nearest)
{
    packer p = begun();
    const uint8_t magnitude[9] = {1, 0x04, 0, 0, 0, 0, 0, 0, 0x80}; /* 2**71 + 2**10 + 1 */
    pack_magnitude(&p, true, magnitude, sizeof magnitude);
    csp_msg *m = of(&p);
    double d;
    int64_t n;
    cr_assert(csp_msg_as_float(m, &d) && d == -0x1p71);
    cr_assert(!csp_msg_as_int(m, &n) && csp_msg_type(m) == CSP_T_INT);
    csp_msg_free(m);
    p = begun();
    const uint8_t least[8] = {0, 0, 0, 0, 0, 0, 0, 0x80};
    pack_magnitude(&p, true, least, sizeof least);
    m = of(&p);
    cr_assert(csp_msg_as_int(m, &n) && n == INT64_MIN);
    csp_msg_free(m);
}

/* --- what is no message */

static bool good(packer *p)
{
    cr_assert(!p->failed);
    csp_msg *m = csp_msg_unpack(p->data, p->size);
    bool is = m != NULL;
    csp_msg_free(m);
    pack_drop(p);
    return is;
}

static bool judge(const char *bytes, size_t size, bool references)
{
    packer p = begun();
    p.data[PACKED_MARKS] = references;
    memcpy(pack_room(&p, size), bytes, size);
    p.size += size;
    return good(&p);
}

#define GOOD(bytes) cr_assert(judge(bytes, sizeof(bytes) - 1, false), "%s", #bytes)
#define BAD(bytes)  cr_assert(!judge(bytes, sizeof(bytes) - 1, false), "%s", #bytes)
/* with references */
#define GOOD_R(bytes) cr_assert(judge(bytes, sizeof(bytes) - 1, true), "%s", #bytes)
#define BAD_R(bytes)  cr_assert(!judge(bytes, sizeof(bytes) - 1, true), "%s", #bytes)

Test(message, what_is_not_well_formed_is_no_message)
{
    GOOD("\x00");
    BAD("");
    BAD("\x00\x00"); /* something behind it */
    BAD("\x11");     /* no tag */
    BAD("\x42");     /* a frozen bool */
    BAD("\x03");     /* cut off */
    BAD("\x03\x04"); /* 2 is shorter */
    GOOD("\x03\x01");
    BAD("\x03\x81\x00"); /* not the shortest */
    BAD("\x03\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02");
    GOOD("\x03\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
    BAD("\x06\x00\x00");
    GOOD("\x07\x01\x61\x00");
    BAD("\x07\x01\x61\x01"); /* no NUL */
    BAD("\x07\x01\xff\x00"); /* no UTF-8 */
    BAD("\x07\x05\x61\x00");
    BAD("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
    GOOD("\x0b\x01\x61\x00");
    BAD("\x0b\x01\x61\x61");
    BAD("\x04\x08\xff\xff\xff\xff\xff\xff\xff\x7f"); /* fits 64 bits */
    GOOD("\x04\x08\xff\xff\xff\xff\xff\xff\xff\xff");
    GOOD("\x05\x08\x01\x00\x00\x00\x00\x00\x00\x80");
    BAD("\x05\x08\x00\x00\x00\x00\x00\x00\x00\x80");
    BAD("\x04\x09\xff\xff\xff\xff\xff\xff\xff\xff\x00");
    BAD("\x0d\xff\xff\xff\xff\x0f"); /* more elements than bytes */
    GOOD("\x0d\x01\x0d\x00");
    BAD("\x0d\x02\x0d\x00");
    GOOD("\x09\x81\x82"); /* 1..2 */
    GOOD("\x09\x81\x00"); /* 1.. */
    BAD("\x0a\x81\x00");
    BAD("\x09\x00\x81");
    BAD("\x09\x81\x02");
    BAD("\x0f\x07\x01\x61\x00\x81\x00\x00"); /* an error whose message is 1 */
    GOOD("\x0f\x07\x01\x61\x00\x07\x01\x62\x00\x81\x00");
    BAD("\x0f\x07\x01\x61\x00\x07\x01\x62\x00\x81\x82");
}

Test(message, references_name_what_has_begun)
{
    BAD_R("\x10\x00");
    GOOD_R("\x0d\x01\x10\x00");
    BAD("\x0d\x01\x10\x00");
    BAD_R("\x0d\x01\x10\x01");
    BAD_R("\x0f\x10\x00\x10\x00\x00\x00"); /* an error as its own kind */
}

Test(message, what_is_immutable_holds_nothing_else)
{
    GOOD("\x4d\x01\x4d\x00");
    BAD("\x4d\x01\x0d\x00");
    BAD("\x4c\x01\x0b\x00\x00"); /* a buffer */
    GOOD("\x0c\x01\x0b\x00\x00");
    GOOD_R("\x4d\x01\x10\x00"); /* a frozen list that holds itself */
    BAD_R("\x0d\x01\x4d\x01\x10\x00");
    BAD_R("\x0c\x02\x0d\x00\x4d\x01\x10\x01");
    GOOD_R("\x0c\x02\x4d\x00\x4d\x01\x10\x01");
}

Test(message, keys_are_immutable_and_differ)
{
    GOOD("\x0e\x02\x81\x00\x82\x00");
    BAD("\x0e\x02\x81\x00\x81\x00");
    BAD("\x0e\x01\x0d\x00\x00");
    GOOD("\x0e\x01\x4d\x00\x00");
    BAD("\x0e\x02\x07\x01\x61\x00\x00\x07\x01\x61\x00\x00");
    GOOD("\x0e\x02\x07\x01\x61\x00\x00\x08\x01\x61\x00\x00"); /* "a" and b"a" */
    /* a key cannot hold the map that it stands in, only itself */
    BAD_R("\x4e\x01\x10\x00\x00");
    BAD_R("\x4e\x01\x4c\x01\x10\x00\x00");
    GOOD_R("\x0e\x01\x4d\x01\x10\x01\x00");
    packer p = begun();
    const char text[] =
        "a long text that is a key twice, once by a reference: it has 64 bytes or more";
    pack_open(&p, PACKED_MAP, false, 2);
    pack_block(&p, PACKED_STRING, text, sizeof text - 1);
    pack_int(&p, 1);
    pack_reference(&p, 1);
    pack_int(&p, 2);
    cr_assert(!good(&p));
}

Test(message, every_prefix_and_every_changed_byte_is_judged)
{
    csp_msg *m = sample();
    size_t size, again;
    const uint8_t *packed = csp_msg_packed(m, &size);
    uint8_t *changed = malloc(size);
    for (size_t n = 0; n < size; n++) {
        uint8_t *exact = malloc(n ? n : 1); /* so that ASan sees a byte too many */
        memcpy(exact, packed, n);
        cr_assert_null(csp_msg_unpack(exact, n));
        free(exact);
        for (unsigned byte = 0; byte < 256; byte++) {
            memcpy(changed, packed, size);
            changed[n] = (uint8_t)byte;
            csp_msg *other = csp_msg_unpack(changed, size);
            csp_msg_field(csp_msg_field(other, "self"), "list");
            if (other)
                cr_assert(memcmp(csp_msg_packed(other, &again), changed, size) == 0);
            csp_msg_free(other);
        }
    }
    free(changed);
    csp_msg_free(m);
}

Test(message, depth_does_no_harm)
{
    enum { DEPTH = 1000000 };
    packer p = begun();
    for (size_t i = 0; i < DEPTH; i++)
        pack_open(&p, PACKED_LIST, false, 1);
    pack_int(&p, 42);
    csp_msg *m = of(&p);
    const csp_msg *n = m;
    for (size_t i = 0; i < DEPTH; i++)
        n = csp_msg_at(n, 0);
    int64_t number;
    cr_assert(csp_msg_as_int(n, &number) && number == 42);
    size_t size;
    const void *packed = csp_msg_packed(csp_msg_at(m, 0), &size);
    cr_assert(packed_check(packed, size));
    csp_msg_free(m);
}

static void *read_all(void *arg)
{
    csp_msg *m = arg;
    size_t size;
    for (int i = 0; i < 200; i++) {
        const csp_msg *list = csp_msg_field(m, "list");
        int64_t n = 0;
        cr_assert(csp_msg_as_int(csp_msg_at(list, 0), &n) && n == 1);
        cr_assert_not_null(csp_msg_packed(list, &size));
        csp_msg_free(csp_msg_hold(m));
    }
    csp_msg_free(m);
    return NULL;
}

Test(message, threads_may_read_at_once)
{
    for (int round = 0; round < 20; round++) {
        pthread_t threads[4];
        csp_msg *m = sample();
        for (int i = 0; i < 4; i++)
            pthread_create(&threads[i], NULL, read_all, csp_msg_hold(m));
        csp_msg_free(m);
        for (int i = 0; i < 4; i++)
            pthread_join(threads[i], NULL);
    }
}

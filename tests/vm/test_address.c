#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "vm/outside/address.h"

static const char *wrong(const char *text)
{
    address_name name;
    return address_read(&name, text, strlen(text));
}

static const char *written(const char *host, unsigned port)
{
    static char out[ADDRESS_TEXT];
    address at;
    cr_assert(address_numeric(&at, host, port), "%s", host);
    return address_write(&at, out);
}

Test(address, is_read)
{
    address_name name;
    cr_assert_null(address_read(&name, "example.org:80", 14));
    cr_expect(!name.is_path);
    cr_expect_str_eq(name.host, "example.org");
    cr_expect_eq(name.port, 80);
    cr_assert_null(address_read(&name, "[fe80::1]:65535", 15));
    cr_expect_str_eq(name.host, "fe80::1");
    cr_expect_eq(name.port, 65535);
    cr_assert_null(address_read(&name, ":0", 2));
    cr_expect_str_eq(name.host, "");
    cr_assert_null(address_read(&name, "unix:/a:1", 9));
    cr_expect(name.is_path);
    cr_expect_str_eq(name.at.local.sun_path, "/a:1");
}

Test(address, is_none)
{
    static const char *const none[] = {"",
                                       "x",
                                       ":",
                                       "x:",
                                       "x:1x",
                                       "x:65536",
                                       "x:99999999999999999999",
                                       "::1:1",
                                       "[::1]",
                                       "[::1",
                                       "[::1]1",
                                       "[]:1",
                                       "[x]:1",
                                       "[1.2.3.4]:1",
                                       "a b:1",
                                       "a/b:1",
                                       ("\x7f"
                                        ":1"),
                                       "unix:",
                                       "x:+1",
                                       "x: 1",
                                       "[::1]:1:1"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        cr_expect_not_null(wrong(none[i]), "%s", none[i]);
    char path[6 + sizeof((struct sockaddr_un *)0)->sun_path] = "unix:";
    memset(path + 5, 'x', sizeof path - 6);
    cr_expect_not_null(wrong(path));
    path[sizeof path - 2] = '\0';
    cr_expect_null(wrong(path));
    char host[ADDRESS_HOST + 3];
    memset(host, 'x', ADDRESS_HOST);
    strcpy(host + ADDRESS_HOST, ":1");
    cr_expect_not_null(wrong(host));
    cr_expect_null(wrong(host + 1));
    address_name name;
    cr_expect_not_null(address_read(&name, "a\0b:1", 5));
}

Test(address, is_written_as_it_was_read)
{
    cr_expect_str_eq(written("192.0.2.1", 80), "192.0.2.1:80");
    cr_expect_str_eq(written("2001:db8::1", 0), "[2001:db8::1]:0");
    cr_expect_str_eq(written("::ffff:192.0.2.1", 9), "192.0.2.1:9");
    address at;
    char out[ADDRESS_TEXT];
    cr_expect(!address_numeric(&at, "example.org", 80));
    cr_assert(address_numeric(&at, "192.0.2.7", 53));
    address_map(&at);
    cr_expect_eq(at.family, AF_INET6);
    cr_expect_str_eq(address_write(&at, out), "192.0.2.7:53");
    cr_expect_str_eq(address_write_host(&at, out), "192.0.2.7");
    address_any(&at, true, 7);
    cr_expect_str_eq(address_write(&at, out), "[::]:7");
    address_loopback(&at, false, 8);
    cr_expect_str_eq(address_write(&at, out), "127.0.0.1:8");
    address nobody = {.size = sizeof(sa_family_t), .family = AF_UNIX};
    cr_expect_str_eq(address_write(&nobody, out), "unix:");
}

/* '4' and '6', and the last byte's digit. */
static void make(address *all, const char *families)
{
    for (size_t i = 0; families[i]; i++) {
        char host[32];
        snprintf(host, sizeof host, families[i] == '4' ? "192.0.2.%zu" : "2001:db8::%zu", i);
        cr_assert(address_numeric(&all[i], host, 1));
    }
}

static const char *families(const address *all, size_t count)
{
    static char out[16];
    for (size_t i = 0; i < count; i++)
        out[i] = all[i].family == AF_INET ? '4' : '6';
    out[count] = '\0';
    return out;
}

Test(address, families_take_turns)
{
    static const char *const both[][2] = {
        {"664", "646"}, {"6644", "6464"},     {"4466", "4646"},     {"44444", "44444"},
        {"6", "6"},     {"466644", "464646"}, {"666644", "646466"}, {"", ""}};
    for (size_t i = 0; i < sizeof both / sizeof *both; i++) {
        address all[8];
        size_t count = strlen(both[i][0]);
        make(all, both[i][0]);
        address_interleave(all, count);
        cr_expect_str_eq(families(all, count), both[i][1]);
        cr_expect_eq(address_unique(all, count), count, "none is lost");
    }
    address all[4];
    make(all, "4646");
    all[2] = all[0];
    cr_expect_eq(address_unique(all, 4), 3);
    cr_expect_str_eq(families(all, 3), "466");
}

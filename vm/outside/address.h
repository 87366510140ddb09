/* Addresses of the network and what they are as text: "192.0.2.1:80", "[::1]:80",
 * "unix:/run/x.sock". Independent of any VM. */
#ifndef CSP_VM_OUTSIDE_ADDRESS_H
#define CSP_VM_OUTSIDE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

typedef struct address {
    socklen_t size;
    union {
        sa_family_t family;
        struct sockaddr any;
        struct sockaddr_un local;   /* the longest in use */
        struct sockaddr_storage of; /* longer, and aligned for all of them */
    };
} address;

enum {
    ADDRESS_HOST = 256, /* the longest name of a host, with a zero */
    ADDRESS_TEXT = 128  /* room for any address as text */
};

/* An address as it was written. */
typedef struct address_name {
    bool is_path; /* of a Unix socket: `at` has it */
    address at;
    char host[ADDRESS_HOST]; /* "": none is given */
    unsigned port;
} address_name;

/* Reads an address. Returns what is wrong with the text, for people; NULL: nothing, though nobody
 * may have that address. */
const char *address_read(address_name *name, const char *text, size_t size);
/* The same for a host alone, which must not be empty. */
const char *address_read_host(address_name *name, const char *text, size_t size);
/* The address of a host that is written in numbers. False: it is a name. */
bool address_numeric(address *a, const char *host, unsigned port);
/* All interfaces, or this machine, by one of the two protocols. */
void address_any(address *a, bool six, unsigned port);
void address_loopback(address *a, bool six, unsigned port);
/* For families that have ports. */
void address_set_port(address *a, unsigned port);
unsigned address_port(const address *a);

/* "host:port" or "unix:path"; an IPv4-mapped IPv6 address is written as IPv4. Returns `out`, which
 * has room for ADDRESS_TEXT. */
const char *address_write(const address *a, char *out);
/* The host alone. */
const char *address_write_host(const address *a, char *out);
/* An IPv4 address becomes one that a socket of IPv6 may send to. */
void address_map(address *a);

/* Reorders the addresses so that the families alternate, beginning with that of the first (RFC
 * 8305). */
void address_interleave(address *all, size_t count);
/* Drops duplicates. Returns how many addresses are left. */
size_t address_unique(address *all, size_t count);

#endif

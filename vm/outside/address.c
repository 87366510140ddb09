#include "vm/outside/address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

enum { PORT_MAX = 65535 };

static struct sockaddr_in *four(address *a) { return (struct sockaddr_in *)&a->of; }
static struct sockaddr_in6 *six_of(address *a) { return (struct sockaddr_in6 *)&a->of; }

/* --- reading */

static const char *read_path(address_name *name, const char *path, size_t size)
{
    struct sockaddr_un *to = &name->at.local;
    if (size == 0)
        return "there is no path behind `unix:`";
    if (size >= sizeof to->sun_path)
        return "the path is too long for a socket";
    name->is_path = true;
    to->sun_family = AF_UNIX;
    memcpy(to->sun_path, path, size);
    name->at.size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size + 1);
    return NULL;
}

static bool read_port(unsigned *port, const char *text, size_t size)
{
    *port = 0;
    for (size_t i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        *port = 10 * *port + (unsigned)(text[i] - '0');
        if (*port > PORT_MAX)
            return false;
    }
    return size > 0;
}

/* The end of a host that begins the text; NULL: there is none. */
static const char *host_end(const char *text, size_t size, bool *brackets)
{
    *brackets = size > 0 && text[0] == '[';
    const char *end = memchr(text, *brackets ? ']' : ':', size);
    if (!end || !*brackets)
        return end;
    return end + 1 < text + size && end[1] == ':' ? end + 1 : NULL;
}

static const char *read_host(address_name *name, const char *host, size_t size, bool brackets)
{
    if (size >= sizeof name->host)
        return "the name of the host is too long";
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)host[i] <= ' ' || host[i] == '/' || host[i] == 127)
            return "that is no name of a host";
    memcpy(name->host, host, size);
    address at;
    bool six = memchr(host, ':', size);
    if (brackets && !(six && address_numeric(&at, name->host, 0)))
        return "there is no IPv6 address between the brackets";
    return NULL;
}

const char *address_read(address_name *name, const char *text, size_t size)
{
    memset(name, 0, sizeof *name);
    if (memchr(text, '\0', size))
        return "there is a NUL in it";
    if (size >= 5 && memcmp(text, "unix:", 5) == 0)
        return read_path(name, text + 5, size - 5);
    bool brackets;
    const char *end = host_end(text, size, &brackets);
    if (!end)
        return "an address is \"host:port\", \"[::1]:port\", \":port\" or \"unix:path\"";
    size_t left = (size_t)(text + size - end) - 1;
    if (memchr(end + 1, ':', left))
        return "an IPv6 address stands in brackets: \"[::1]:80\"";
    if (!read_port(&name->port, end + 1, left))
        return "a port is a number from 0 to 65535";
    const char *host = text + brackets;
    return read_host(name, host, (size_t)(end - host) - brackets, brackets);
}

const char *address_read_host(address_name *name, const char *text, size_t size)
{
    memset(name, 0, sizeof *name);
    return size == 0 ? "it is empty" : read_host(name, text, size, false);
}

/* --- making */

bool address_numeric(address *a, const char *host, unsigned port)
{
    struct addrinfo *found = NULL, hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM};
    if (getaddrinfo(host, NULL, &hints, &found) != 0)
        return false;
    memset(a, 0, sizeof *a);
    memcpy(&a->of, found->ai_addr, found->ai_addrlen);
    a->size = found->ai_addrlen;
    freeaddrinfo(found);
    address_set_port(a, port);
    return true;
}

static void make(address *a, bool six, const struct in6_addr *sixth, in_addr_t fourth,
                 unsigned port)
{
    memset(a, 0, sizeof *a);
    a->family = six ? AF_INET6 : AF_INET;
    a->size = six ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
    if (six)
        six_of(a)->sin6_addr = *sixth;
    else
        four(a)->sin_addr.s_addr = htonl(fourth);
    address_set_port(a, port);
}

void address_any(address *a, bool six, unsigned port)
{
    make(a, six, &in6addr_any, INADDR_ANY, port);
}

void address_loopback(address *a, bool six, unsigned port)
{
    make(a, six, &in6addr_loopback, INADDR_LOOPBACK, port);
}

void address_set_port(address *a, unsigned port)
{
    if (a->family == AF_INET6)
        six_of(a)->sin6_port = htons((uint16_t)port);
    else if (a->family == AF_INET)
        four(a)->sin_port = htons((uint16_t)port);
}

unsigned address_port(const address *a)
{
    address at = *a;
    if (a->family == AF_INET6)
        return ntohs(six_of(&at)->sin6_port);
    return a->family == AF_INET ? ntohs(four(&at)->sin_port) : 0;
}

void address_map(address *a)
{
    if (a->family != AF_INET)
        return;
    unsigned port = address_port(a);
    struct in6_addr mapped = {.s6_addr = {[10] = 0xff, [11] = 0xff}};
    memcpy(&mapped.s6_addr[12], &four(a)->sin_addr, 4);
    make(a, true, &mapped, 0, port);
}

/* --- writing */

/* What is IPv4 is written as that. */
static bool is_four(address *a, struct in_addr *is)
{
    if (a->family == AF_INET)
        *is = four(a)->sin_addr;
    else if (a->family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&six_of(a)->sin6_addr))
        memcpy(is, &six_of(a)->sin6_addr.s6_addr[12], 4);
    else
        return false;
    return true;
}

const char *address_write_host(const address *a, char *out)
{
    address at = *a;
    struct in_addr fourth;
    out[0] = '\0';
    if (is_four(&at, &fourth))
        inet_ntop(AF_INET, &fourth, out, ADDRESS_TEXT);
    else if (at.family == AF_INET6) /* with its scope, if it has one */
        getnameinfo(&at.any, at.size, out, ADDRESS_TEXT, NULL, 0, NI_NUMERICHOST);
    return out;
}

const char *address_write(const address *a, char *out)
{
    if (a->family == AF_UNIX) {
        size_t begins = offsetof(struct sockaddr_un, sun_path);
        int size = a->size > begins ? (int)(a->size - begins) : 0;
        snprintf(out, ADDRESS_TEXT, "unix:%.*s", size, a->local.sun_path);
        return out;
    }
    char host[ADDRESS_TEXT];
    address_write_host(a, host);
    snprintf(out, ADDRESS_TEXT, strchr(host, ':') ? "[%.110s]:%u" : "%.110s:%u", host,
             address_port(a));
    return out;
}

/* --- several */

void address_interleave(address *all, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (all[i].family != all[i - 1].family)
            continue;
        size_t other = i + 1;
        while (other < count && all[other].family == all[i].family)
            other++;
        if (other >= count)
            return;
        address next = all[other];
        memmove(&all[i + 1], &all[i], (other - i) * sizeof *all);
        all[i] = next;
    }
}

size_t address_unique(address *all, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        size_t j = 0;
        while (j < kept &&
               (all[j].size != all[i].size || memcmp(&all[j].of, &all[i].of, all[i].size) != 0))
            j++;
        if (j == kept)
            all[kept++] = all[i];
    }
    return kept;
}

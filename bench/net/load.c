/* load PORT PID CONNECTIONS SECONDS BYTES: each connection sends so many bytes and waits for them to
 * come back, again and again. Prints how many messages a second there were, and how much CPU time of
 * the server each took. With 0 SECONDS the connections only idle: prints the server's memory for
 * each. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 256, MOST = 65536 };

static char out[MOST], in[MOST];
static int bytes;
static int *left; /* of the message under way, by descriptor */

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The server's CPU time in seconds. */
static double cpu_of(int pid)
{
    char path[64], line[1024];
    unsigned long user, kernel;
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *f = fopen(path, "r");
    if (!f || !fgets(line, sizeof line, f))
        fail(path);
    fclose(f);
    const char *behind = strrchr(line, ')');
    if (sscanf(behind + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
               &kernel) != 2)
        fail(path);
    return (double)(user + kernel) / (double)sysconf(_SC_CLK_TCK);
}

static long memory_of(int pid)
{
    char path[64];
    long pages = 0;
    snprintf(path, sizeof path, "/proc/%d/statm", pid);
    FILE *f = fopen(path, "r");
    if (!f || fscanf(f, "%*d %ld", &pages) != 1)
        fail(path);
    fclose(f);
    return pages * sysconf(_SC_PAGESIZE);
}

static int open_connection(int epoll, int port)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((unsigned short)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof at) != 0)
        fail("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct epoll_event e = {.events = EPOLLIN, .data.fd = fd};
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e);
    return fd;
}

static void send_message(int fd)
{
    left[fd] = bytes;
    if (send(fd, out, (size_t)bytes, MSG_NOSIGNAL) != bytes)
        fail("send");
}

static long run_until(int epoll, double end)
{
    long count = 0;
    struct epoll_event events[EVENTS];
    while (now() < end) {
        int n = epoll_wait(epoll, events, EVENTS, 100);
        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;
            ssize_t got = recv(fd, in, MOST, 0);
            if (got <= 0)
                fail("recv");
            left[fd] -= (int)got;
            if (left[fd] > 0)
                continue;
            count++;
            send_message(fd);
        }
    }
    return count;
}

int main(int argc, char **argv)
{
    if (argc != 6) {
        fprintf(stderr, "usage: load PORT PID CONNECTIONS SECONDS BYTES\n");
        return 2;
    }
    int port = atoi(argv[1]), pid = atoi(argv[2]), connections = atoi(argv[3]);
    double seconds = atof(argv[4]);
    bytes = atoi(argv[5]);
    left = calloc((size_t)connections + 64, sizeof *left);
    int *all = calloc((size_t)connections, sizeof *all), epoll = epoll_create1(0);
    if (!left || !all || bytes < 1 || bytes > MOST)
        return 2;
    long before = memory_of(pid);
    for (int i = 0; i < connections; i++)
        all[i] = open_connection(epoll, port);
    if (seconds <= 0) {
        sleep(1);
        printf("%ld bytes a connection\n", (memory_of(pid) - before) / connections);
        return 0;
    }
    for (int i = 0; i < connections; i++)
        send_message(all[i]);
    run_until(epoll, now() + 0.3); /* all are accepted, and caches are warm */
    double from = now(), cpu = cpu_of(pid);
    long count = run_until(epoll, from + seconds);
    printf("%.0f messages/s  %.2f us of CPU each\n", (double)count / (now() - from),
           (cpu_of(pid) - cpu) * 1e6 / (double)count);
    return 0;
}

/* soak [--way plain|slice|stress|threads|host|host-slice|host-stress] [--seconds N] [--rounds N]
 *      [--processes N] [--threads N] [--seed N]
 *
 * The stress tests from the command line; see tests/support/soak.h, threads.h and hosts.h. Status
 * 0: all is well; 1: something is wrong; 2: not understood. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/hosts.h"
#include "tests/support/soak.h"
#include "tests/support/threads.h"

enum { THREADS = 4, DEPTH = 100000 };
enum { PROCESSES = 10000, SECONDS = 60, STRESS = 5000 /* allocations between two collections */ };

static uint64_t number(const char *text)
{
    char *end;
    unsigned long long n = strtoull(text, &end, 10);
    if (end == text || *end) {
        fprintf(stderr, "soak: not a number: %s\n", text);
        exit(2);
    }
    return n;
}

static void choose_way(soak_config *config, const char *way)
{
    if (strcmp(way, "slice") == 0) {
        config->slice = 1;
    } else if (strcmp(way, "stress") == 0) {
        config->stress = STRESS;
    } else if (strcmp(way, "plain") != 0) {
        fprintf(stderr, "soak: no way %s; there are plain, slice, stress, threads\n", way);
        exit(2);
    }
}

static void summarise(const soak_result *r)
{
    printf("  %u rounds, %llu audits: %llu processes (%llu killed from outside, %llu leaked), %llu "
           "messages (%llu "
           "delivered, %llu returned), %llu defers\n",
           r->rounds, (unsigned long long)r->audits, (unsigned long long)r->processes,
           (unsigned long long)r->kills, (unsigned long long)r->leaked,
           (unsigned long long)r->messages, (unsigned long long)r->delivered,
           (unsigned long long)r->returned, (unsigned long long)r->defers);
    if (!r->flat_known)
        printf("  too few rounds to compare memory\n");
    else
        printf("  heap %zu KiB after the first rounds, %zu after the last\n", r->heap_first >> 10,
               r->heap_last >> 10);
    if (r->resident_first)
        printf("  resident %zu KiB, %zu\n", r->resident_first >> 10, r->resident_last >> 10);
}

static int run_threads(const soak_config *config, unsigned threads)
{
    printf("soak: threads, %u of them, seed %llu\n", threads, (unsigned long long)config->seed);
    fflush(stdout);
    threads_result result = threads_run(&(threads_config){.threads = threads,
                                                          .depth = DEPTH,
                                                          .seconds = config->seconds,
                                                          .rounds = config->rounds,
                                                          .seed = config->seed});
    printf("  %u VMs, %u of them interrupted\n  %s\n", result.vms, result.interrupted,
           result.wrong ? result.wrong : "all is well");
    free(result.wrong);
    return result.wrong != NULL;
}

static int run_host(const soak_config *config, unsigned threads, const char *way)
{
    enum { ROUND = 5 /* seconds */ };
    if (strcmp(way, "host-slice") == 0) {
        setenv("CSP_SLICE", "1", 1);
    } else if (strcmp(way, "host-stress") == 0) {
        setenv("CSP_GC_STRESS", "500", 1);
    } else if (strcmp(way, "host") != 0) {
        fprintf(stderr, "soak: no way %s\n", way);
        exit(2);
    }
    unsigned rounds = config->rounds ? config->rounds : config->seconds / ROUND + 1;
    printf("soak: %s, %u threads, seed %llu\n", way, threads, (unsigned long long)config->seed);
    fflush(stdout);
    hosts_result r = hosts_run(&(hosts_config){
        .threads = threads, .seconds = config->seconds, .rounds = rounds, .seed = config->seed});
    printf("  %llu deeds in %llu VMs; given back: %llu objects, %llu states of calls, %llu "
           "completers, the bytes of %llu messages\n",
           (unsigned long long)r.deeds, (unsigned long long)r.vms, (unsigned long long)r.objects,
           (unsigned long long)r.states, (unsigned long long)r.completers,
           (unsigned long long)r.releases);
    printf(
        "  resident %zu KiB after the first round, %zu after the last; descriptors %u, %u\n  %s\n",
        r.resident_first >> 10, r.resident_last >> 10, r.open_first, r.open_last,
        r.wrong ? r.wrong : "all is well");
    int status = r.wrong != NULL;
    free(r.wrong);
    return status;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"way", required_argument, NULL, 'w'},
        {"seconds", required_argument, NULL, 't'},
        {"rounds", required_argument, NULL, 'r'},
        {"processes", required_argument, NULL, 'p'},
        {"seed", required_argument, NULL, 's'},
        {"threads", required_argument, NULL, 'n'},
        {NULL, 0, NULL, 0},
    };
    soak_config config = {.seed = (uint64_t)time(NULL), .processes = PROCESSES, .seconds = SECONDS};
    const char *way = "plain";
    unsigned threads = THREADS;
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (c) {
        case 'w': way = optarg; break;
        case 't': config.seconds = (unsigned)number(optarg); break;
        case 'r': config.rounds = (unsigned)number(optarg); break;
        case 'p': config.processes = (unsigned)number(optarg); break;
        case 's': config.seed = number(optarg); break;
        case 'n': threads = (unsigned)number(optarg); break;
        default: return 2;
        }
    }
    if (strcmp(way, "threads") == 0)
        return run_threads(&config, threads);
    if (strncmp(way, "host", 4) == 0)
        return run_host(&config, threads, way);
    choose_way(&config, way);
    config.progress = isatty(STDERR_FILENO) ? stderr : NULL;
    printf("soak: %s, %u processes, seed %llu\n", way, config.processes,
           (unsigned long long)config.seed);
    fflush(stdout);
    soak_result result = soak_run(&config);
    summarise(&result);
    printf("  %s\n", result.wrong ? result.wrong : "all is well");
    int status = result.wrong != NULL;
    free(result.wrong);
    return status;
}

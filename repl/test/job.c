#include "repl/test/job.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

#include "repl/standard.h"
#include "repl/test/folder.h"
#include "repl/test/worker.h"

/* LINE_MAX_BYTES: of a result, with its report. */
enum { LINE_MAX_BYTES = 8 << 20, CHUNK = 64 << 10 };

/* ---- The beginning ---- */

/* In the new process. A group of its own: the keys of the terminal are not for it, and whatever it
 * starts can be killed with it. */
static _Noreturn void be_worker(const options *o, const char *path, int results, int output,
                                const char *mark, const char *temporary, pid_t parent)
{
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(EXIT_USAGE);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGCHLD, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 ||
        dup2(output, STDERR_FILENO) < 0)
        _exit(EXIT_USAGE);
    test_work(o, path, results, mark, temporary);
    _exit(0);
}

static void close_pair(const int pair[2])
{
    int why = errno;
    close(pair[0]);
    close(pair[1]);
    errno = why;
}

/* A byte that is nowhere else in it, and 128 bits. */
static bool make_mark(char mark[40])
{
    uint64_t bits[2];
    if (getrandom(bits, sizeof bits, 0) != (ssize_t)sizeof bits)
        return false;
    snprintf(mark, 40, "\x1e%016llx%016llx", (unsigned long long)bits[0],
             (unsigned long long)bits[1]);
    return true;
}

static bool start(job *j, const options *o, const int results[2], const int output[2])
{
    standard_flush();
    pid_t parent = getpid();
    j->process = fork();
    if (j->process == 0)
        be_worker(o, j->file->path, results[1], output[1], j->mark, j->temporary, parent);
    if (j->process < 0)
        return false;
    setpgid(j->process, j->process);
    close(results[1]);
    close(output[1]);
    fcntl(results[0], F_SETFL, O_NONBLOCK);
    fcntl(output[0], F_SETFL, O_NONBLOCK);
    j->results = results[0];
    j->output = output[0];
    return true;
}

static void discard(job *j)
{
    if (j->temporary)
        folder_remove(j->temporary);
    free(j->temporary);
    free(j->line);
    free(j->chunk);
    *j = (job){.results = -1, .output = -1};
}

bool job_start(job *j, const options *o, test_file *file)
{
    int results[2], output[2];
    if (pipe2(results, O_CLOEXEC) != 0)
        return false;
    if (pipe2(output, O_CLOEXEC) != 0) {
        close_pair(results);
        return false;
    }
    *j = (job){.file = file, .results = -1, .output = -1, .heard = -1};
    j->chunk = malloc(CHUNK);
    j->temporary = folder_make();
    if (j->chunk && j->temporary && make_mark(j->mark) && start(j, o, results, output))
        return true;
    close_pair(results);
    close_pair(output);
    discard(j);
    return false;
}

/* ---- What it prints ---- */

static void keep(printed *p, char c)
{
    if (p->size < PRINTED_HEAD)
        p->head[p->size] = c;
    else
        p->tail[(p->size - PRINTED_HEAD) % PRINTED_TAIL] = c;
    p->size++;
}

static bool is_marked(const job *j) { return j->mark[j->marked] == '\0'; }

/* The mark's first byte is nowhere else in it. */
static void take_byte(job *j, char c)
{
    if (c == j->mark[j->marked]) {
        j->marked++;
        return;
    }
    for (uint32_t i = 0; i < j->marked; i++)
        keep(&j->printed, j->mark[i]);
    j->marked = c == j->mark[0];
    if (!j->marked)
        keep(&j->printed, c);
}

/* Malloc'ed; NULL: nothing has been printed, or no memory. */
static char *printed_text(const printed *p, size_t *size)
{
    char *text = NULL;
    FILE *out = p->size ? open_memstream(&text, size) : NULL;
    if (!out)
        return NULL;
    size_t behind = p->size < PRINTED_HEAD ? 0 : p->size - PRINTED_HEAD;
    fwrite(p->head, 1, p->size - behind, out);
    if (behind > PRINTED_TAIL) {
        size_t from = behind % PRINTED_TAIL;
        fprintf(out, "\n… %zu bytes …\n", behind - PRINTED_TAIL);
        fwrite(p->tail + from, 1, PRINTED_TAIL - from, out);
        behind = from;
    }
    fwrite(p->tail, 1, behind, out);
    return fclose(out) == 0 ? text : NULL;
}

/* Reads what there is. False: it is closed. */
static bool drain(int fd, char chunk[CHUNK], ssize_t *got)
{
    do
        *got = read(fd, chunk, CHUNK);
    while (*got < 0 && errno == EINTR);
    return *got > 0 || (*got < 0 && errno == EAGAIN);
}

/* Up to the mark, or to what there is. */
static void take_output(job *j)
{
    while (!is_marked(j)) {
        while (j->chunk_at < j->chunk_size && !is_marked(j))
            take_byte(j, j->chunk[j->chunk_at++]);
        ssize_t got = 0;
        if (j->chunk_at < j->chunk_size || j->output < 0)
            return;
        if (!drain(j->output, j->chunk, &got)) {
            close(j->output);
            j->output = -1;
        }
        if (got <= 0)
            return;
        j->chunk_at = 0;
        j->chunk_size = (size_t)got;
    }
}

/* What comes from now on is the next one's. */
static void next_output(job *j)
{
    j->printed.size = 0;
    if (is_marked(j))
        j->marked = 0;
}

/* ---- What it tells ---- */

static const char *text_of(const csp_msg *line, const char *key, size_t *size)
{
    return csp_msg_as_text(csp_msg_field(line, key), size);
}

static int64_t int_of(const csp_msg *line, const char *key)
{
    int64_t n = 0;
    csp_msg_as_int(csp_msg_field(line, key), &n);
    return n;
}

static void fail(job *j, const test_failure *how)
{
    test_failure whole = *how;
    char *text = printed_text(&j->printed, &whole.printed_size);
    whole.printed = text;
    test_file_failed(j->file, &whole);
    free(text);
    next_output(j);
}

static void break_file(job *j, const char *report)
{
    size_t size = 0;
    char *text = printed_text(&j->printed, &size);
    free(j->file->broken);
    if (asprintf(&j->file->broken, "%.*s%s", (int)size, text ? text : "", report) < 0)
        j->file->broken = strdup("");
    free(text);
}

static void take_failure(job *j, const csp_msg *line)
{
    const char *why = text_of(line, "why", NULL);
    bool placed = false;
    csp_msg_as_bool(csp_msg_field(line, "placed"), &placed);
    fail(j, &(test_failure){.ns = int_of(line, "ns"),
                            .line = (uint32_t)int_of(line, "line"),
                            .why = why,
                            .report = text_of(line, "report", NULL),
                            .placed = placed});
}

static void take_result(job *j, const csp_msg *line, bool passed)
{
    if (!test_file_next(j->file))
        return;
    take_output(j); /* what belongs to it is there by now */
    if (passed) {
        test_file_passed(j->file, int_of(line, "ns"));
        next_output(j);
    } else {
        take_failure(j, line);
    }
}

/* False: it is no line of a worker. */
static bool take_line(job *j, const char *text, size_t length)
{
    csp_msg *line = csp_msg_json(text, length);
    size_t size;
    const char *name = text_of(line, "name", &size), *broken = text_of(line, "broken", NULL);
    bool passed, end = false, ok = true;
    if (name) {
        ok = test_file_add(j->file, name, size, (uint32_t)int_of(line, "line"));
    } else if (broken) {
        take_output(j);
        break_file(j, broken);
    } else if (csp_msg_as_bool(csp_msg_field(line, "passed"), &passed)) {
        take_result(j, line, passed);
    } else {
        ok = csp_msg_as_bool(csp_msg_field(line, "end"), &end);
        j->told_end = end;
    }
    csp_msg_free(line);
    return ok;
}

/* False: there is no memory, or it is too long. */
static bool add_to_line(job *j, const char *text, size_t size)
{
    if (j->line_size + size > j->line_capacity) {
        size_t capacity = (j->line_size + size) * 2;
        char *grown = capacity > LINE_MAX_BYTES ? NULL : realloc(j->line, capacity);
        if (!grown)
            return false;
        j->line = grown;
        j->line_capacity = capacity;
    }
    memcpy(j->line + j->line_size, text, size);
    j->line_size += size;
    return true;
}

/* False: what comes makes no sense. */
static bool take_lines(job *j, const char *text, size_t size)
{
    while (size > 0) {
        const char *end = memchr(text, '\n', size);
        size_t length = end ? (size_t)(end - text) : size;
        if (!add_to_line(j, text, length))
            return false;
        if (!end)
            return true;
        size_t whole = j->line_size;
        j->line_size = 0;
        if (!take_line(j, j->line, whole))
            return false;
        text += length + 1;
        size -= length + 1;
    }
    return true;
}

static void take_results(job *j)
{
    char chunk[CHUNK];
    ssize_t got = 0;
    while (j->results >= 0) {
        bool open = drain(j->results, chunk, &got);
        if (got > 0 && !take_lines(j, chunk, (size_t)got)) {
            kill(-j->process, SIGKILL);
            open = false;
        }
        if (!open) {
            close(j->results);
            j->results = -1;
        }
        if (got <= 0)
            return;
    }
}

/* ---- The end ---- */

static char *describe_end(const job *j, const siginfo_t *end)
{
    char *why = NULL;
    int size;
    if (j->hung)
        size = asprintf(&why, "it did not come to an end, and its OS process was killed");
    else if (end->si_code == CLD_EXITED)
        size = asprintf(&why, "its OS process ended with status %d", end->si_status);
    else
        size = asprintf(&why, "its OS process was ended by signal %d (%s)", end->si_status,
                        strsignal(end->si_status));
    return size < 0 ? NULL : why;
}

/* The process has ended before it had told of all tests. */
static void blame(job *j, const siginfo_t *end)
{
    char *why = describe_end(j, end);
    if (test_file_next(j->file))
        fail(j, &(test_failure){.why = why ? why : ""});
    else
        break_file(j, why ? why : "");
    while (test_file_next(j->file))
        fail(j, &(test_failure){.why = "not run: the OS process of the file had ended",
                                .not_run = true});
    free(why);
}

static void release(job *j)
{
    if (j->results >= 0)
        close(j->results);
    if (j->output >= 0)
        close(j->output);
    j->file->over = true;
    discard(j);
}

/* Ends what is left of its group, then takes its status. */
static void reap(const job *j)
{
    kill(-j->process, SIGKILL);
    while (waitpid(j->process, NULL, 0) < 0 && errno == EINTR)
        continue;
}

void job_kill(job *j)
{
    reap(j);
    take_results(j);
    release(j);
}

void job_serve(job *j, int64_t now, int64_t patience)
{
    /* Looked at first: what it has written by then is there to be read. */
    siginfo_t end = {0};
    bool ended = waitid(P_PID, (id_t)j->process, &end, WEXITED | WNOHANG | WNOWAIT) == 0 &&
                 end.si_pid == j->process;
    uint32_t run = j->file->run, count = j->file->count;
    take_output(j);
    take_results(j);
    if (j->heard < 0 || j->file->run != run || j->file->count != count)
        j->heard = now;
    if (!ended) {
        if (!j->hung && now - j->heard > patience) {
            j->hung = true;
            kill(-j->process, SIGKILL);
        }
        return;
    }
    reap(j);
    if (!j->told_end && !j->file->broken)
        blame(j, &end);
    release(j);
}

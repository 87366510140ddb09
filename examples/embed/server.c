/* An HTTP server whose handlers are scripts: epoll and the sockets are the host's, each request is
 * a process, and the "database" is a thread that answers when it likes.
 *
 * Build it with: cc server.c $(pkg-config --cflags --libs csp) -pthread
 * Run it with:   ./a.out 8080, and then: curl http://127.0.0.1:8080/users
 */
#include <csp.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static const char SCRIPT[] =
    "import \"db\"\n"
    "fn respond(request) => match request.path {\n"
    "    \"/\" => (200, \"hello\\n\")\n"
    "    \"/users\" => {\n"
    "        let users = db.query(\"select name from users\")\n"
    "        if users is error {\n"
    "            (502, \"the database says: ${users.message}\\n\")\n"
    "        } else {\n"
    "            (200, String.join(List.map(users, fn(u) => u.name), \", \") + \"\\n\")\n"
    "        }\n"
    "    }\n"
    "    \"/broken\" => (200, db.query(\"selekt\").message + \"\\n\")\n"
    "    \"/bug\" => (200, request.nowhere)\n"
    "    \"/forever\" => { loop {} }\n"
    "    _ => (404, \"no ${request.path} here\\n\")\n"
    "}\n"
    "fn handle(request, answers) {\n"
    "    let (status, text) = match catch timeout(500ms, fn() => respond(request)) {\n"
    "        error(\"timeout\", _) => (504, \"this takes too long\\n\")\n"
    "        error(kind, _) => (500, \"${kind}\\n\")\n"
    "        answer => answer\n"
    "    }\n"
    "    answers ! (request.id, status, text)\n"
    "}\n"
    "fn serve(requests, answers) { for r in requests { spawn handle(r, answers) } }\n";

static void fail(csp_vm *vm, const char *what)
{
    csp_error *error = csp_take_error(vm);
    fprintf(stderr, "%s: %s\n", what, error ? csp_error_message(error) : "?");
    exit(1);
}

/* ---- The database: one thread, which takes queries from a list ---- */

typedef struct query {
    struct query *next;
    csp_completer *later;
    char sql[256];
} query;

static pthread_mutex_t db_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t db_wanted = PTHREAD_COND_INITIALIZER;
static query *db_queries;

static void *db_run(void *nothing)
{
    (void)nothing;
    for (;;) {
        pthread_mutex_lock(&db_lock);
        while (!db_queries)
            pthread_cond_wait(&db_wanted, &db_lock);
        query *q = db_queries;
        db_queries = q->next;
        pthread_mutex_unlock(&db_lock);
        const char rows[] = "[{\"name\": \"Ann\"}, {\"name\": \"Bob\"}]";
        if (strncmp(q->sql, "select ", 7) == 0)
            csp_completer_finish(q->later, csp_msg_json(rows, sizeof rows - 1));
        else
            csp_completer_fail(q->later, "sql_error", "only select is understood");
        csp_completer_free(q->later);
        free(q);
    }
    return NULL;
}

/* db.query(sql): the process waits, the others and the server go on. */
static csp_verdict db_query(csp_context *c)
{
    query *q = calloc(1, sizeof *q);
    csp_completer *later = csp_completer_new(c, NULL, NULL);
    if (!q || !later) {
        free(q);
        csp_completer_free(later);
        return csp_crash(c, "out_of_memory", "no memory for a query");
    }
    *q = (query){.later = later};
    snprintf(q->sql, sizeof q->sql, "%s", csp_arg_text(c, 0, NULL));
    pthread_mutex_lock(&db_lock);
    q->next = db_queries;
    db_queries = q;
    pthread_cond_signal(&db_wanted);
    pthread_mutex_unlock(&db_lock);
    return csp_await(c, later, NULL, NULL, NULL); /* finished already, perhaps: that is fine */
}

static const csp_native DB[] = {
    {"query(sql: string) -> list | error", "the rows, as maps", db_query, true, NULL},
};

/* ---- Connections ---- */

enum { CONNECTIONS = 256, REQUEST = 4096 };

typedef struct connection {
    int socket; /* 0: free */
    bool asked; /* its request is with the script */
    int64_t id;
    size_t size;
    char text[REQUEST + 1];
} connection;

static connection connections[CONNECTIONS];
static int64_t last_id;

static connection *connection_new(int socket)
{
    for (int i = 0; i < CONNECTIONS; i++)
        if (!connections[i].socket) {
            connections[i] = (connection){.socket = socket, .id = ++last_id};
            return &connections[i];
        }
    return NULL;
}

static void answer(connection *c, int status, const char *text, size_t size)
{
    char head[128];
    int length =
        snprintf(head, sizeof head, "HTTP/1.0 %d csp\r\nContent-Length: %zu\r\n\r\n", status, size);
    /* A small answer fits into the socket's buffer; a real server would wait to send the rest. */
    if (send(c->socket, head, (size_t)length, MSG_NOSIGNAL) == length)
        (void)!send(c->socket, text, size, MSG_NOSIGNAL);
    close(c->socket);
    c->socket = 0;
}

/* Takes what has come; a whole request goes to the script. */
static void hear(connection *c, csp_port *requests)
{
    ssize_t got = read(c->socket, c->text + c->size, REQUEST - c->size);
    c->size += got > 0 ? (size_t)got : 0;
    c->text[c->size] = '\0';
    char path[256], json[512];
    if (!strstr(c->text, "\n\n") && !strstr(c->text, "\r\n\r\n")) {
        if (got <= 0 || c->size == REQUEST)
            answer(c, 400, "", 0);
        return;
    }
    if (sscanf(c->text, "GET %255[a-z/] ", path) != 1) {
        answer(c, 400, "", 0);
        return;
    }
    int length =
        snprintf(json, sizeof json, "{\"id\": %lld, \"path\": \"%s\"}", (long long)c->id, path);
    csp_msg *request = csp_msg_json(json, (size_t)length);
    c->asked = true;
    if (csp_port_send(requests, request) != CSP_OK) { /* full: the scripts are behind */
        csp_msg_free(request);
        answer(c, 503, "", 0);
    }
}

/* What the scripts have answered: (id, status, text). */
static void tell(const csp_msg *m)
{
    int64_t id = 0, status = 500;
    size_t size = 0;
    csp_msg_as_int(csp_msg_at(m, 0), &id);
    csp_msg_as_int(csp_msg_at(m, 1), &status);
    const char *text = csp_msg_as_text(csp_msg_at(m, 2), &size);
    for (int i = 0; i < CONNECTIONS; i++)
        if (connections[i].socket && connections[i].id == id)
            answer(&connections[i], (int)status, text ? text : "", text ? size : 0);
}

static int listen_on(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    int door = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    setsockopt(door, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(door, (struct sockaddr *)&address, size) != 0 || listen(door, 64) != 0) {
        perror("listen");
        exit(1);
    }
    getsockname(door, (struct sockaddr *)&address, &size);
    printf("listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return door;
}

static void watch(int epoll, int descriptor, void *what)
{
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = what};
    epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &e);
}

int main(int argc, char **argv)
{
    csp_vm *vm;
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.max_reductions = 10 * 1000 * 1000 * 1000ull; /* of each request */
    if (csp_new(&config, &vm) != CSP_OK)
        return 1;
    csp_port *requests, *answers;
    csp_scope scope = csp_scope_open(vm);
    csp_value serve, ends[2];
    if (csp_natives_add(vm, "db", DB, 1, sizeof *DB) != CSP_OK ||
        csp_module_add(vm, "app", SCRIPT, sizeof SCRIPT - 1) != CSP_OK ||
        csp_find(vm, "app", "serve", NULL, &serve) != CSP_OK ||
        csp_port_open(vm, CSP_TO_SCRIPT, 256, &requests, &ends[0]) != CSP_OK ||
        csp_port_open(vm, CSP_FROM_SCRIPT, 256, &answers, &ends[1]) != CSP_OK ||
        csp_spawn(vm, serve, 2, ends, NULL) != CSP_OK)
        fail(vm, "app");
    csp_scope_close(vm, scope);
    pthread_t database;
    pthread_create(&database, NULL, db_run, NULL);

    int epoll = epoll_create1(0), door = listen_on(argc > 1 ? atoi(argv[1]) : 0);
    watch(epoll, door, &door);
    watch(epoll, csp_fd(vm), vm);
    for (;;) {
        struct epoll_event events[64];
        int n = epoll_wait(epoll, events, 64, csp_timeout(vm));
        for (int i = 0; i < n; i++) {
            if (events[i].data.ptr == &door) {
                int socket = accept(door, NULL, NULL);
                connection *c = socket > 0 ? connection_new(socket) : NULL;
                if (c)
                    watch(epoll, socket, c);
                else if (socket > 0)
                    close(socket);
            } else if (events[i].data.ptr != vm) {
                connection *c = events[i].data.ptr;
                if (!c->asked)
                    hear(c, requests);
            }
        }
        csp_step(vm, 200000, NULL);
        csp_msg *m;
        while (csp_port_receive(answers, &m) == CSP_OK) {
            tell(m);
            csp_msg_free(m);
        }
    }
}

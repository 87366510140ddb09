// C++: owners that give back what they hold, natives and objects of C++ classes, and errors as exceptions of the host.
//
// Build it with: g++ -std=c++17 accounts.cpp $(pkg-config --cflags --libs csp)
#include <csp.h>

#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

// ---- RAII in a dozen lines ----

template <auto free> struct gives_back {
    template <class T> void operator()(T *p) const { free(p); }
};
using vm_ptr = std::unique_ptr<csp_vm, gives_back<csp_free>>;
using ref_ptr = std::unique_ptr<csp_ref, gives_back<csp_ref_free>>;
using error_ptr = std::unique_ptr<csp_error, gives_back<csp_error_free>>;

struct scope { // values live as long as it does
    csp_vm *vm;
    csp_scope mark;
    explicit scope(csp_vm *of) : vm(of), mark(csp_scope_open(of)) {}
    scope(const scope &) = delete;
    scope &operator=(const scope &) = delete;
    ~scope() { csp_scope_close(vm, mark); }
};

static void check(csp_vm *vm, csp_status status)
{
    if (status == CSP_OK)
        return;
    error_ptr error(csp_take_error(vm));
    throw std::runtime_error(error ? csp_error_kind(error.get()) + std::string(": ") +
                                         csp_error_message(error.get())
                                   : "status " + std::to_string(status));
}

// ---- What scripts may use: the module `account` ----

struct account {
    std::string owner;
    std::vector<long long> movements;
    ~account() { std::cout << "the account of " << owner << " is closed\n"; }
};

static void account_free(void *data) { delete static_cast<account *>(data); }

static const csp_class ACCOUNT = {sizeof ACCOUNT, "Account", account_free, false};

// No exception may leave a native: what it throws becomes a crash of the process that called it.
template <csp_verdict (*body)(csp_context *)> csp_verdict guarded(csp_context *c)
{
    try {
        return body(c);
    } catch (const std::exception &e) {
        return csp_crash(c, "host_error", "%s", e.what());
    }
}

static csp_verdict account_open(csp_context *c)
{
    size_t size = 0;
    const char *text = csp_arg_text(c, 0, &size);
    auto made = std::make_unique<account>();
    made->owner.assign(text, size);
    csp_value object = csp_object(csp_context_vm(c), &ACCOUNT, made.get(), sizeof(account));
    if (object.word != CSP_NONE.word)
        made.release(); // it is the VM's now
    return csp_return(c, object);
}

static csp_verdict account_move(csp_context *c)
{
    auto *a = static_cast<account *>(csp_arg_object(c, 0, &ACCOUNT));
    long long sum = csp_arg_int(c, 1);
    for (long long movement : a->movements)
        sum += movement;
    if (sum < 0)
        throw std::domain_error("the account of " + a->owner + " would have " +
                                std::to_string(sum));
    a->movements.push_back(csp_arg_int(c, 1));
    return csp_return_int(c, sum);
}

static const csp_native NATIVES[] = {
    {"open(owner: string) -> Account", "a new account", guarded<account_open>, false, nullptr},
    {"move(a: Account, amount: int) -> int", "pays in or out; the balance", guarded<account_move>,
     false, nullptr},
};

static const char SCRIPT[] = R"(
import "account"

fn visit(owner, amounts) {
    let a = account.open(owner)
    for n in amounts { print("${owner}: ${account.move(a, n)}") }
    len(amounts)
}
)";

int main()
{
    std::cout << std::unitbuf; // the VM writes to descriptor 1, past all buffers
    csp_vm *made = nullptr;
    if (csp_new(nullptr, &made) != CSP_OK)
        return 1;
    vm_ptr vm(made);
    try {
        check(vm.get(), csp_class_add(vm.get(), &ACCOUNT));
        check(vm.get(), csp_natives_add(vm.get(), "account", NATIVES, 2, sizeof *NATIVES));
        check(vm.get(), csp_module_add(vm.get(), "bank", SCRIPT, sizeof SCRIPT - 1));

        ref_ptr visit; // outlives the scope in which it was found
        {
            scope values(vm.get());
            csp_value fn;
            check(vm.get(), csp_find(vm.get(), "bank", "visit", nullptr, &fn));
            visit.reset(csp_ref_new(vm.get(), fn));
        }
        for (long long last : {-30, -300}) {
            scope values(vm.get());
            csp_value amounts[] = {csp_int(vm.get(), 100), csp_int(vm.get(), last)};
            csp_value arguments[] = {csp_string_z(vm.get(), "Ann"), csp_list(vm.get(), 2, amounts)};
            csp_value result;
            check(vm.get(), csp_call(vm.get(), csp_ref_get(vm.get(), visit.get()), 2, arguments,
                                     nullptr, &result));
            std::cout << csp_int_or(vm.get(), result, 0) << " movements\n";
        }
    } catch (const std::exception &e) {
        std::cout << e.what() << "\n";
    }
}

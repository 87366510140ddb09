/* Whether ASan is there: it keeps what it knows of memory that is no more, and is slow. */
#ifndef CSP_TESTS_SUPPORT_SANITIZED_H
#define CSP_TESTS_SUPPORT_SANITIZED_H

#if defined(__SANITIZE_ADDRESS__)
enum { SANITIZED = 1 };
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif
#else
enum { SANITIZED = 0 };
#endif

#endif

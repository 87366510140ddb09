/* What the files of the Ffi module share. */
#ifndef CSP_STDLIB_FFI_PARTS_H
#define CSP_STDLIB_FFI_PARTS_H

#include "stdlib/string_parts.h"

/* Pointers are only for those who may call C anyway. False: raised. */
bool ffi_is_granted(csp_vm *vm);
/* A string without a NUL. NULL: raised. */
const char *ffi_text(csp_vm *vm, process *p, value v, const char *what);
/* An offset in bytes; ABSENT is 0. */
verdict ffi_offset(csp_vm *vm, process *p, value v, int64_t *offset);
/* A number of bytes. */
verdict ffi_count(csp_vm *vm, process *p, value v, uint64_t *count);
/* Where the `size` bytes are that lie `offset` bytes past what v leads to. `writes`: they are to be
 * changed. */
verdict ffi_place(csp_vm *vm, process *p, value v, int64_t offset, uint64_t size, bool writes,
                  uint8_t **at);

native_fn ffi_read, ffi_write;
/* Resumable. Slots: the size; how far the NUL has been looked for; the copy, and how far it has
 * come. Of string_at: the finished copy; of string_of_bytes. */
enum { FFI_BYTES_SLOTS = 4, FFI_TEXT_SLOTS = FFI_BYTES_SLOTS + 1 + STRING_UTF8_SLOTS };
native_fn ffi_bytes_at, ffi_string_at;

#endif

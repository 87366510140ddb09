#include "parser/ctype.h"

#include "base/language.h"

bool ctype_is_name(const char *name)
{
    return language_has_word(
        "void bool i8 i16 i32 i64 u8 u16 u32 u64 isize usize f32 f64 cstring buffer pointer", name);
}

-- N calls of a kind. LuaJIT: by its ffi. Lua: its own functions, which are C's behind the C API.
local kind, n = arg[1], tonumber(arg[2])
local has_ffi, ffi = pcall(require, "ffi")
local kinds = {}

function kinds.loop()
    local sum = 0
    for _ = 1, n do sum = sum + 1 end
    return sum
end

if has_ffi then
    ffi.cdef [[
        double cos(double x);
        size_t strlen(const char *s);
        int snprintf(char *s, size_t maxlen, const char *format, ...);
        void qsort(void *base, size_t n, size_t size, int (*compare)(const int *, const int *));
    ]]
    local C = ffi.C
    function kinds.cos()
        local sum = 0
        for _ = 1, n do sum = sum + C.cos(0) end
        return sum
    end
    function kinds.strlen()
        local sum = 0
        for _ = 1, n do sum = sum + tonumber(C.strlen("hello")) end
        return sum / 5
    end
    function kinds.snprintf()
        local room, sum, answer = ffi.new("char[64]"), 0, ffi.new("int", 42)
        for _ = 1, n do sum = sum + C.snprintf(room, 64, "%d %g", answer, 0.5) end
        return sum / 6
    end
    function kinds.callback()
        local equal = ffi.cast("int (*)(const int *, const int *)", function(a, b) return 0 end)
        local elements = ffi.new("int[1024]")
        for _ = 1, math.floor(n / 5120) do C.qsort(elements, 1024, 4, equal) end
        return n
    end
else
    function kinds.cos()
        local sum, cos = 0, math.cos
        for _ = 1, n do sum = sum + cos(0.0) end
        return sum
    end
    function kinds.strlen()
        local sum, len = 0, string.len
        for _ = 1, n do sum = sum + len("hello") end
        return sum / 5
    end
    function kinds.snprintf()
        local sum, format = 0, string.format
        for _ = 1, n do sum = sum + #format("%d %g", 42, 0.5) end
        return sum / 6
    end
    function kinds.callback()
        local elements, comparisons = {}, 0
        for i = 1, 1024 do elements[i] = 0 end
        table.sort(elements, function(a, b) comparisons = comparisons + 1; return false end)
        for _ = 1, math.floor(n / comparisons) do
            table.sort(elements, function(a, b) return false end)
        end
        return n
    end
end
print(kinds[kind] and string.format("%d", kinds[kind]()) or os.exit(1))

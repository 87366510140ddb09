-- mixed N: a sum of N terms of ints and floats together.
local n = tonumber(arg[1])
local s = 0.0
for i = 1, n do s = s + 1 / i + i * 0.5 end
print(string.format("%.3f", s))

-- appends N: a text made by N appends of one character, each to a variable.
local s = ""
for _ = 1, tonumber(arg[1]) do s = s .. "x" end
print(#s)

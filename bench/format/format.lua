-- format N: N texts of four formatted values.
local size = 0
for i = 0, tonumber(arg[1]) - 1 do
  size = size + #string.format("%5d %-10s %.3f %x", i, "abc", i * 0.5, i)
end
print(size)

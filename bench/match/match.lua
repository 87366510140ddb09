-- match N: evaluates an expression of 19 nodes N times, by tests of nested tables.
local function eval(e)
  local kind = e[1]
  if kind == "num" then return e[2] end
  if kind == "add" then
    local a, b = e[2], e[3]
    if a[1] == "num" and b[1] == "num" then return a[2] + b[2] end
    return eval(a) + eval(b)
  end
  if kind == "mul" then
    local a, b = e[2], e[3]
    if b[1] == "num" and b[2] == 1 then return eval(a) end
    return eval(a) * eval(b)
  end
  if kind == "neg" then
    local a = e[2]
    if a[1] == "neg" then return eval(a[2]) end
    return -eval(a)
  end
  if kind == "if" then
    if eval(e[2]) > 0 then return eval(e[3]) else return eval(e[4]) end
  end
  error("no match")
end

local product = {"mul", {"num", 3}, {"neg", {"add", {"num", 1}, {"num", 2}}}}
local yes = {"mul", {"add", {"num", 1}, {"mul", {"num", 2}, {"num", 2}}}, {"num", 1}}
local e = {"add", product, {"if", {"neg", {"neg", {"num", 5}}}, yes, {"num", 0}}}
local s = 0
for _ = 1, tonumber(arg[1]) do s = s + eval(e) end
print(string.format("%d", s))

-- What a Lua function sees, and how it is run. Loaded once into each Lua state, with the whole standard library; the
-- function itself runs in an environment that has the allowed names only and no way back to this file's own.
local raw_error, raw_pcall, raw_xpcall, raw_load = error, pcall, xpcall, load
local raw_resume, raw_create, raw_status = coroutine.resume, coroutine.create, coroutine.status
local setmetatable, getmetatable, type, pairs, ipairs, next, select = setmetatable, getmetatable, type, pairs, ipairs, next, select
local tostring, tonumber, rawlen = tostring, tonumber, rawlen
local clock, sethook = os.clock, debug.sethook
local math_type, tointeger, floor = math.type, math.tointeger, math.floor
local byte, char, find, format, gsub, sub, rep = string.byte, string.char, string.find, string.format, string.gsub, string.sub, string.rep
local concat, unpack, pack, insert, remove = table.concat, table.unpack, table.pack, table.insert, table.remove
local utf8_char, utf8_len = utf8.char, utf8.len

-- Reaches the library through the methods of strings otherwise.
string.dump = nil

---- Time -------------------------------------------------------------------------------------------------------------

-- Instructions between looks at the clock: some tens of microseconds.
local HOOK_COUNT = 2000
local TIMEOUT = setmetatable({}, { __tostring = function() return 'timeout' end })
local deadline = math.huge

local function expired() return clock() > deadline end
local function check_time() if expired() then raw_error(TIMEOUT, 0) end end

-- What caught the timeout must not go on: it is thrown again by whatever could have caught it.
local function pass_on(...) if expired() then raw_error(TIMEOUT, 0) end return ... end

---- JSON -------------------------------------------------------------------------------------------------------------

-- Lists that came from JSON, by how long they are: tells an empty list from an empty object, and keeps nulls in place.
local lengths = setmetatable({}, { __mode = 'k' })
local MAX_DEPTH = 150

local ESCAPES = { ['"'] = '"', ['\\'] = '\\', ['/'] = '/', b = '\b', f = '\f', n = '\n', r = '\r', t = '\t' }

local function decode_escape(text, at)
  local letter = sub(text, at, at)
  if letter ~= 'u' then return ESCAPES[letter], at + 1 end
  local code = tonumber(sub(text, at + 1, at + 4), 16)
  if code >= 0xd800 and code < 0xdc00 and sub(text, at + 5, at + 6) == '\\u' then
    local low = tonumber(sub(text, at + 7, at + 10), 16)
    if low >= 0xdc00 and low < 0xe000 then
      return utf8_char(0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00)), at + 11
    end
  end
  return utf8_char(code), at + 5
end

local function decode_string(text, at)
  local stop = find(text, '["\\]', at)
  if byte(text, stop) == 34 then return sub(text, at, stop - 1), stop + 1 end
  local parts, count = {}, 0
  while byte(text, stop) ~= 34 do
    parts[count + 1] = sub(text, at, stop - 1)
    parts[count + 2], at = decode_escape(text, stop + 1)
    count = count + 2
    stop = find(text, '["\\]', at)
  end
  parts[count + 1] = sub(text, at, stop - 1)
  return concat(parts), stop + 1
end

local decode_value

-- The text is what JSON.stringify made: no white space, nothing wrong with it.
local function decode_list(text, at)
  local list, length = {}, 0
  if byte(text, at) == 93 then lengths[list] = 0 return list, at + 1 end
  while true do
    length = length + 1
    list[length], at = decode_value(text, at)
    local separator = byte(text, at)
    at = at + 1
    if separator == 93 then lengths[list] = length return list, at end
  end
end

local function decode_object(text, at)
  local object, key = {}, nil
  if byte(text, at) == 125 then return object, at + 1 end
  while true do
    key, at = decode_string(text, at + 1)
    object[key], at = decode_value(text, at + 1)
    local separator = byte(text, at)
    at = at + 1
    if separator == 125 then return object, at end
  end
end

decode_value = function(text, at)
  local first = byte(text, at)
  if first == 34 then return decode_string(text, at + 1) end
  if first == 123 then return decode_object(text, at + 1) end
  if first == 91 then return decode_list(text, at + 1) end
  if first == 116 then return true, at + 4 end
  if first == 102 then return false, at + 5 end
  if first == 110 then return nil, at + 4 end
  local _, stop = find(text, '^[%d%.eE+-]+', at)
  return tonumber(sub(text, at, stop)), stop + 1
end

local NOT_JSON = {}
local function not_json(message) NOT_JSON.message = message raw_error(NOT_JSON, 0) end

local function escape_char(letter) return format('\\u%04x', byte(letter)) end

local function encode_string(text)
  -- A string of Lua may hold any bytes; what is no UTF-8 cannot be JSON.
  if not utf8_len(text) then text = gsub(text, '[\128-\255]', '\u{fffd}') end
  if not find(text, '[%c"\\\127]') then return '"' .. text .. '"' end
  return '"' .. gsub(text, '[%c"\\\127]', escape_char) .. '"'
end

local function encode_number(number)
  if math_type(number) == 'integer' then return format('%d', number) end
  if number ~= number or number == math.huge or number == -math.huge then not_json('a number that is not finite') end
  if number == floor(number) and number > -2 ^ 53 and number < 2 ^ 53 then return format('%d', number) end
  local short = format('%.15g', number)
  return tonumber(short) == number and short or format('%.17g', number)
end

local encode_value

local function encode_list(list, length, depth)
  local parts = {}
  for index = 1, length do parts[index] = encode_value(list[index], depth + 1) end
  return '[' .. concat(parts, ',') .. ']'
end

local function encode_object(object, depth)
  local parts, count = {}, 0
  for key, value in next, object do
    local kind = type(key)
    if kind ~= 'string' and kind ~= 'number' then not_json('a table with a ' .. kind .. ' as key') end
    count = count + 1
    parts[count] = encode_string(tostring(key)) .. ':' .. encode_value(value, depth + 1)
  end
  return '{' .. concat(parts, ',') .. '}'
end

-- How long a table is as a list; nil when it is none. One made in Lua is a list when its keys are 1 to n.
local function list_length(value)
  local count, known, length = 0, lengths[value], rawlen(value)
  for key in next, value do
    if math_type(key) ~= 'integer' or key < 1 then return nil end
    count = count + 1
    if not known and key > length then return nil end
    if known and key > known then known = key end
  end
  if known then return known end
  return count > 0 and count == length and length or nil
end

encode_value = function(value, depth)
  local kind = type(value)
  if kind == 'nil' then return 'null' end
  if kind == 'boolean' then return value and 'true' or 'false' end
  if kind == 'string' then return encode_string(value) end
  if kind == 'number' then return encode_number(value) end
  if kind ~= 'table' then not_json('a ' .. kind) end
  if depth > MAX_DEPTH then not_json('a table that nests too deep or holds itself') end
  local length = list_length(value)
  if length then return encode_list(value, length, depth) end
  return encode_object(value, depth)
end

---- Output -----------------------------------------------------------------------------------------------------------

local MAX_OUTPUT = 16 * 1024
local output, output_length = {}, 0

local function print_captured(...)
  local parts = pack(...)
  for index = 1, parts.n do parts[index] = tostring(parts[index]) end
  local line = concat(parts, '\t') .. '\n'
  if output_length >= MAX_OUTPUT then return end
  output_length = output_length + #line
  insert(output, line)
end

local function take_output()
  local text = concat(output)
  output, output_length = {}, 0
  -- Spares the encoding above; a cut may fall within a character.
  return #text > MAX_OUTPUT and sub(text, 1, MAX_OUTPUT) .. '… (cut)' or text
end

---- Environment ------------------------------------------------------------------------------------------------------

-- Library tables cannot be written to; neither can anyone get at the metatable that sees to it.
local function protect(name, library)
  return setmetatable({}, {
    __index = library,
    __newindex = function(_, key) raw_error('Cannot modify ' .. name .. '.' .. tostring(key) .. '. Protected by the sandbox.', 2) end,
    __pairs = function() return next, library, nil end,
    __metatable = false,
  })
end

local function pick(library, names)
  local picked = {}
  for name in string.gmatch(names, '%S+') do picked[name] = library[name] end
  return picked
end

local function to_int32(number)
  number = floor(number) & 0xffffffff
  return number >= 0x80000000 and number - 0x100000000 or number
end
local function fold(operator)
  return function(first, ...)
    for _, number in ipairs({ ... }) do first = operator(floor(first), floor(number)) end
    return to_int32(first)
  end
end
local function rotate(number, by)
  number, by = floor(number) & 0xffffffff, by & 31
  return to_int32(number << by | number >> (32 - by))
end
local bit = {
  tobit = to_int32,
  tohex = function(number, digits)
    digits = digits or 8
    local hex = sub(format('%08x', floor(number) & 0xffffffff), -math.abs(digits))
    return digits < 0 and string.upper(hex) or hex
  end,
  bnot = function(number) return to_int32(~floor(number)) end,
  band = fold(function(a, b) return a & b end),
  bor = fold(function(a, b) return a | b end),
  bxor = fold(function(a, b) return a ~ b end),
  lshift = function(number, by) return to_int32(floor(number) << (by & 31)) end,
  rshift = function(number, by) return to_int32((floor(number) & 0xffffffff) >> (by & 31)) end,
  arshift = function(number, by) return to_int32(to_int32(number) // (1 << (by & 31))) end,
  rol = rotate,
  ror = function(number, by) return rotate(number, -by) end,
  bswap = function(number)
    number = floor(number) & 0xffffffff
    return to_int32((number & 0xff) << 24 | (number & 0xff00) << 8 | number >> 8 & 0xff00 | number >> 24)
  end,
}

local tables = pick(table, 'concat insert move pack remove sort unpack')
function tables.clear(list) for key in next, list do list[key] = nil end end
function tables.clone(list) local copy = {} for key, value in next, list do copy[key] = value end return copy end
function tables.foreach(list, visit)
  for key, value in next, list do local result = visit(key, value) if result ~= nil then return result end end
end
function tables.foreachi(list, visit)
  for index = 1, #list do local result = visit(index, list[index]) if result ~= nil then return result end end
end
function tables.getn(list) return #list end
function tables.isempty(list) return next(list) == nil end
function tables.isarray(list)
  for key in next, list do if math_type(key) ~= 'integer' or key < 1 then return false end end
  return true
end
function tables.maxn(list)
  local max = 0
  for key in next, list do if type(key) == 'number' and key > max then max = key end end
  return max
end
function tables.new() return {} end
function tables.nkeys(list) local count = 0 for _ in next, list do count = count + 1 end return count end

local function create(body)
  local thread = raw_create(body)
  sethook(thread, check_time, '', HOOK_COUNT)
  return thread
end
local function resume(thread, ...) return pass_on(raw_resume(thread, ...)) end
local function unwrap(ok, ...) if not ok then raw_error((...), 0) end return ... end
local coroutines = pick(coroutine, 'running status yield')
coroutines.create, coroutines.resume = create, resume
function coroutines.wrap(body)
  local thread = create(body)
  return function(...) return unwrap(resume(thread, ...)) end
end

local math_library = {}
for name, value in next, math do if name ~= 'randomseed' then math_library[name] = value end end

local function new_environment()
  return {
    _VERSION = _VERSION,
    assert = assert, error = raw_error, ipairs = ipairs, next = next, pairs = pairs, print = print_captured,
    pcall = function(...) return pass_on(raw_pcall(...)) end,
    xpcall = function(...) return pass_on(raw_xpcall(...)) end,
    select = select, tonumber = tonumber, tostring = tostring, type = type, unpack = unpack,
    bit = protect('bit', bit),
    coroutine = protect('coroutine', coroutines),
    io = protect('io', { type = io.type }),
    jit = protect('jit', { os = 'Other', arch = 'wasm32', version = _VERSION, version_num = 50400 }),
    math = protect('math', math_library),
    os = protect('os', pick(os, 'clock date difftime time')),
    string = protect('string', pick(string, 'byte char find format gmatch gsub len lower match rep reverse sub upper')),
    table = protect('table', tables),
  }
end

---- Running ----------------------------------------------------------------------------------------------------------

local CHUNK = '=function'
local functions = {}

-- "function:3: text" is what error("text") makes; the place says nothing to whoever wrote the text.
local function strip(message)
  return (gsub(message, '^function:%d+: ', ''))
end

local function describe(problem)
  if problem == TIMEOUT then return 'timeout', '' end
  if problem == NOT_JSON then return 'not_json', NOT_JSON.message end
  local kind = type(problem)
  if kind == 'table' and getmetatable(problem) == nil then
    local ok, json = raw_pcall(encode_value, problem, 0)
    return 'thrown', ok and json or 'a table'
  end
  if kind ~= 'string' and kind ~= 'number' then return 'thrown', kind == 'nil' and 'nil' or 'a ' .. kind end
  local message = tostring(problem)
  if find(message, 'not enough memory', 1, true) then return 'memory', '' end
  if find(message, 'stack overflow', 1, true) then return 'stack', '' end
  return 'thrown', strip(message)
end

local function bounded(limit_s, work, ...)
  deadline = clock() + limit_s
  sethook(check_time, '', HOOK_COUNT)
  local results = pack(raw_pcall(work, ...))
  sethook()
  deadline = math.huge
  return results
end

-- Compiles one function and keeps it. Answers '' or a line number, a newline and what is wrong.
function compile(source, limit_s)
  local chunk, problem = raw_load(source, CHUNK, 't', new_environment())
  if not chunk then
    local line = string.match(problem, '^function:(%d+):') or ''
    return line .. '\nError parsing function: ' .. strip(problem)
  end
  local results = bounded(limit_s, chunk)
  if not results[1] then
    local reason, message = describe(results[2])
    return '\nError parsing function: ' .. (reason == 'thrown' and message or reason)
  end
  if type(results[2]) ~= 'function' then
    return '\nBad return value from function, expected function type, got ' .. type(results[2])
  end
  insert(functions, results[2])
  return ''
end

local function call(index, data, event, source, pid)
  local value, problem = functions[index](data, event, source, pid)
  if value == nil and problem ~= nil then raw_error(problem, 0) end
  return value
end

-- Runs the functions that were compiled. Answers 'value' or a reason, the value or the message, and what was printed.
function run(json, event, source, pid, limit_s)
  local data = decode_value(json, 1)
  if event == '' then event = nil end
  for index = 1, #functions do
    local results = bounded(limit_s, call, index, data, event, source, pid)
    if not results[1] then
      local reason, message = describe(results[2])
      return reason, message, take_output()
    end
    data = results[2]
  end
  local results = bounded(limit_s, encode_value, data, 0)
  if not results[1] then
    local reason, message = describe(results[2])
    return reason, message, take_output()
  end
  return 'value', results[2], take_output()
end

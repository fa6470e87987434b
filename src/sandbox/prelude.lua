-- What a Lua function sees, and how it is run. Loaded once into each Lua state, with the whole standard library; the
-- function itself runs in an environment that has the allowed names only and no way back to this file's own.
local raw_error, raw_pcall, raw_xpcall, raw_load = error, pcall, xpcall, load
local raw_resume, coroutine_create = coroutine.resume, coroutine.create
local setmetatable, getmetatable, type, pairs, ipairs, next, select = setmetatable, getmetatable, type, pairs, ipairs, next, select
local tostring, tonumber = tostring, tonumber
-- From the host, which stops what is overdue wherever it is.
local set_limit, is_overdue = set_limit, is_overdue
local math_type, floor = math.type, math.floor
local byte, find, format, gsub, sub = string.byte, string.find, string.format, string.gsub, string.sub
local concat, unpack, pack, insert = table.concat, table.unpack, table.pack, table.insert
local utf8_char, utf8_len = utf8.char, utf8.len

---- Time -------------------------------------------------------------------------------------------------------------

-- What caught the end of its time must not go on: it is thrown again by whatever could have caught it.
local function pass_on(...) if is_overdue() then raw_error('overdue', 0) end return ... end

---- Text -------------------------------------------------------------------------------------------------------------

local REPLACEMENT = '\u{fffd}'

-- A string of Lua may hold any bytes; each one that is no UTF-8 is replaced.
local function to_utf8(text)
  local length, bad = utf8_len(text)
  if length then return text, length end
  local parts, at = {}, 1
  while bad do
    insert(parts, sub(text, at, bad - 1))
    at = bad + 1
    length, bad = utf8_len(text, at)
  end
  insert(parts, sub(text, at))
  return concat(parts, REPLACEMENT), #text
end

-- The host reads a text up to its first NUL.
local function to_host(text, max_length)
  return (gsub(to_utf8(sub(text, 1, max_length)), '\0', REPLACEMENT))
end

---- JSON -------------------------------------------------------------------------------------------------------------

-- Lists that came from JSON, by how long they are at least: tells an empty list from an empty object, and keeps nulls at
-- the end.
local lengths = setmetatable({}, { __mode = 'k' })
local MAX_DEPTH = 128
local MAX_LENGTH = 1024 * 1024

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
  -- Half a pair is no character.
  if code >= 0xd800 and code < 0xe000 then return REPLACEMENT, at + 5 end
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
    if separator == 93 then
      lengths[list] = list[length] == nil and length or 0
      return list, at
    end
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

local REFUSAL = {}
local function refuse(reason, message)
  REFUSAL.reason, REFUSAL.message = reason, message
  raw_error(REFUSAL, 0)
end
local function not_json(message) refuse('not_json', message) end

-- Characters that have been made, so that a small table which holds another many times over does not go on for ever.
local encoded_length = 0
local function count(length)
  encoded_length = encoded_length + length
  if encoded_length > MAX_LENGTH then refuse('too_large', '') end
end

local function escape_char(letter) return format('\\u%04x', byte(letter)) end

local function encode_string(text)
  if not find(text, '[^ !#-%[%]-~]') then
    count(#text)
    return '"' .. text .. '"'
  end
  local clean, length = to_utf8(text)
  count(length)
  return '"' .. gsub(clean, '[%c"\\\127]', escape_char) .. '"'
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

-- A list with holes in it is one all the same, unless there are more holes than this (the rule of cjson).
local MAX_SPARSE, SPARSE_RATIO = 10, 2

-- How long a table is as a list; nil when it is none. One made in Lua is a list when its keys are whole numbers from 1.
local function list_length(value)
  local entries, known, longest = 0, lengths[value], 0
  for key in next, value do
    if math_type(key) ~= 'integer' or key < 1 then return nil end
    entries = entries + 1
    if key > longest then longest = key end
  end
  if known then return longest > known and longest or known end
  if entries == 0 then return nil end
  return (longest <= MAX_SPARSE or longest <= entries * SPARSE_RATIO) and longest or nil
end

encode_value = function(value, depth)
  count(2)
  local kind = type(value)
  if kind == 'nil' then return 'null' end
  if kind == 'boolean' then return value and 'true' or 'false' end
  if kind == 'string' then return encode_string(value) end
  if kind == 'number' then return encode_number(value) end
  if kind ~= 'table' then not_json('a ' .. kind) end
  if depth >= MAX_DEPTH then not_json('a table that nests deeper than ' .. MAX_DEPTH .. ' levels or holds itself') end
  local length = list_length(value)
  if length then return encode_list(value, length, depth) end
  return encode_object(value, depth)
end

local function encode(value)
  encoded_length = 0
  return encode_value(value, 0)
end

---- Output -----------------------------------------------------------------------------------------------------------

local MAX_OUTPUT = 16 * 1024
local output, output_length = {}, 0

local function print_captured(...)
  if output_length > MAX_OUTPUT then return end
  local parts = pack(...)
  for index = 1, parts.n do parts[index] = tostring(parts[index]) end
  local line = concat(parts, '\t') .. '\n'
  output_length = output_length + #line
  insert(output, line)
end

-- One character too many says that some was cut.
local function take_output()
  local text = concat(output)
  output, output_length = {}, 0
  return to_host(text, MAX_OUTPUT + 1)
end

---- Environment ------------------------------------------------------------------------------------------------------

-- Library tables cannot be written to; neither can anyone get at the metatable that sees to it, or at what is behind it.
local function protect(name, library)
  local function step(_, key) return next(library, key) end
  return setmetatable({}, {
    __index = library,
    __newindex = function(_, key) raw_error('Cannot modify ' .. name .. '.' .. tostring(key) .. '. Protected by the sandbox.', 2) end,
    __pairs = function(protected) return step, protected, nil end,
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

local function resume(thread, ...) return pass_on(raw_resume(thread, ...)) end
local function unwrap(ok, ...) if not ok then raw_error((...), 0) end return ... end
local coroutines = pick(coroutine, 'create running status yield')
coroutines.resume = resume
function coroutines.wrap(body)
  local thread = coroutine_create(body)
  return function(...) return unwrap(resume(thread, ...)) end
end

local math_library = {}
for name, value in next, math do if name ~= 'randomseed' then math_library[name] = value end end

local strings = pick(string, 'byte char find format gmatch gsub len lower match rep reverse sub upper')
-- The methods of every string.
getmetatable('').__index = strings

local BASE = {
  _VERSION = _VERSION,
  assert = assert, error = raw_error, ipairs = ipairs, next = next, pairs = pairs, print = print_captured,
  pcall = function(...) return pass_on(raw_pcall(...)) end,
  -- A handler that is called because the time is up would run unwatched.
  xpcall = function(work, handler, ...)
    local function handle(problem) if is_overdue() then return problem end return handler(problem) end
    return pass_on(raw_xpcall(work, handle, ...))
  end,
  select = select, tonumber = tonumber, tostring = tostring, type = type, unpack = unpack,
  bit = protect('bit', bit),
  coroutine = protect('coroutine', coroutines),
  io = protect('io', { type = io.type }),
  jit = protect('jit', { os = 'Other', arch = 'wasm32', version = _VERSION, version_num = 50400 }),
  math = protect('math', math_library),
  os = protect('os', pick(os, 'clock date difftime time')),
  string = protect('string', strings),
  table = protect('table', tables),
}

local function inherit(parent) return setmetatable({}, { __index = parent, __metatable = false }) end

-- The globals of one function. Those its chunk declares stay; those a call makes are gone after it.
local function new_globals()
  local declared = inherit(BASE)
  return inherit(declared), declared
end
local function clear(globals) for name in next, globals do globals[name] = nil end end

---- Running ----------------------------------------------------------------------------------------------------------

local CHUNK = '=function'
local MAX_MESSAGE = 4 * 1024
local functions = {}

-- "function:3: text" is what error("text") makes; the place says nothing to whoever wrote the text.
local function strip(message)
  return (gsub(gsub(message, '^function:%d+: ', ''), '^prelude:%d+: ', ''))
end

-- Why a function failed and what is to be said of it.
local function describe(problem)
  if problem == REFUSAL then return REFUSAL.reason, REFUSAL.message end
  local kind = type(problem)
  if kind == 'table' and getmetatable(problem) == nil then
    local ok, json = raw_pcall(encode, problem)
    return 'thrown', ok and to_host(json, MAX_MESSAGE) or 'a table'
  end
  if kind ~= 'string' and kind ~= 'number' then return 'thrown', kind == 'nil' and 'nil' or 'a ' .. kind end
  local message = strip(tostring(problem))
  if find(message, 'not enough memory', 1, true) then return 'memory', '' end
  if find(message, 'stack overflow', 1, true) then return 'stack', '' end
  if message == '' then return 'thrown', 'an empty text' end
  return 'thrown', to_host(message, MAX_MESSAGE)
end

local function settle(ok, value)
  local overdue = not ok and is_overdue()
  set_limit()
  if ok then return 'value', value end
  if overdue then return 'timeout', '' end
  return describe(value)
end

-- Answers 'value' and what came back, or a reason and a message.
local function bounded(limit_ms, work, ...)
  set_limit(limit_ms)
  return settle(raw_pcall(work, ...))
end

-- A name that nothing follows is what Lua 5.1 told more of.
local function to_syntax_error(problem)
  local message = strip(problem)
  local near = string.match(message, '^syntax error near (.*)$')
  if near and near ~= "'='" and near ~= "','" then message = "'=' expected near " .. near end
  return to_host(message, MAX_MESSAGE)
end

-- Compiles one function and keeps it. Answers nothing, or what is wrong: a line number or '', a reason, a message.
function compile(source, limit_ms)
  local globals, declared = new_globals()
  local chunk, problem = raw_load(source, CHUNK, 't', globals)
  if not chunk then return string.match(problem, '^function:(%d+):') or '', 'syntax', to_syntax_error(problem) end
  local kind, value = bounded(limit_ms, chunk)
  if kind ~= 'value' then return '', kind, value end
  if type(value) ~= 'function' then return '', 'type', type(value) end
  for name, global in next, globals do declared[name] = global end
  clear(globals)
  insert(functions, { call = value, globals = globals })
end

local function call(one, ...)
  local value, problem = one.call(...)
  if not value and problem ~= nil then raw_error(problem, 0) end
  return value
end

-- Runs the functions that were compiled. Answers 'value' or a reason, the value or the message, and what was printed.
function run(json, event, source, pid, limit_ms)
  local kind, value = 'value', decode_value(json, 1)
  if event == '' then event = nil end
  for index = 1, #functions do
    local one = functions[index]
    kind, value = bounded(limit_ms, call, one, value, event, source, pid)
    clear(one.globals)
    if kind ~= 'value' then return kind, value, take_output() end
  end
  -- Making text of it is our doing, but grows with what the function returned.
  kind, value = bounded(5 * limit_ms, encode, value)
  return kind, value, take_output()
end

/** What a Lua function finds among its globals: prelude.lua has it, and a test holds this list to it. Null: it has no fields. */
export const LUA_GLOBALS: Readonly<Record<string, readonly string[] | null>> = {
  ...Object.fromEntries(
    split(
      '_VERSION assert error ipairs next pairs pcall print select tonumber tostring type unpack xpcall',
    ).map((name) => [name, null]),
  ),
  bit: split('arshift band bnot bor bswap bxor lshift rol ror rshift tobit tohex'),
  coroutine: split('create resume running status wrap yield'),
  io: ['type'],
  jit: split('arch os version version_num'),
  math: split(
    'abs acos asin atan ceil cos deg exp floor fmod huge log max maxinteger min mininteger modf pi rad random sin sqrt tan tointeger type ult',
  ),
  os: split('clock date difftime time'),
  string: split('byte char find format gmatch gsub len lower match rep reverse sub upper'),
  table: split(
    'clear clone concat foreach foreachi getn insert isarray isempty maxn move new nkeys pack remove sort unpack',
  ),
};

/** What a JavaScript function finds among its globals: ECMAScript as QuickJS has it, and the console of its prelude. */
export const JAVASCRIPT_GLOBALS: readonly string[] = split(
  `AggregateError Array ArrayBuffer BigInt BigInt64Array BigUint64Array Boolean DataView Date Error EvalError
  FinalizationRegistry Float16Array Float32Array Float64Array Function Infinity Int16Array Int32Array Int8Array
  InternalError Iterator JSON Map Math NaN Number Object Promise Proxy RangeError ReferenceError Reflect RegExp Set
  SharedArrayBuffer String Symbol SyntaxError TypeError URIError Uint16Array Uint32Array Uint8Array Uint8ClampedArray
  WeakMap WeakRef WeakSet console decodeURI decodeURIComponent encodeURI encodeURIComponent escape eval globalThis
  isFinite isNaN parseFloat parseInt undefined unescape`,
);

function split(names: string): readonly string[] {
  return names.split(/\s+/);
}

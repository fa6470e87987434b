import { isUtf8 } from 'node:buffer';

/** Nothing to decode: printable ASCII without a quote or a percent sign. */
const PLAIN = /^[ !#$&-~]*$/;
const QUOTED = /^"(?:[^"\\]|\\.)*"$/s;
/** All that is sent as it is. */
const UNENCODED = /[^!#$&-~]/g;
const PERCENT = 0x25;
const HEX_DIGITS = 2;

/**
 * Decodes the value of a header of a CloudEvent: a quoted string is unquoted first, then what is percent-encoded is
 * decoded, once. The value is as Node has it, a character for each byte. Null when it cannot be decoded: a quote that
 * does not end, a percent sign that encodes nothing, bytes that are not UTF-8 (overlong ones are not).
 */
export function decodeHeaderValue(value: string): string | null {
  if (PLAIN.test(value)) return value;
  const unquoted = unquote(value);
  const bytes = unquoted === null ? null : decodeBytes(Buffer.from(unquoted, 'latin1'));
  return bytes !== null && isUtf8(bytes) ? bytes.toString('utf8') : null;
}

/** Only a value that is quoted as a whole is a quoted string; older senders write quotes within one as they are. */
function unquote(value: string): string | null {
  if (!value.startsWith('"')) return value;
  return QUOTED.test(value) ? value.slice(1, -1).replaceAll(/\\(.)/gs, '$1') : null;
}

function decodeBytes(encoded: Buffer): Buffer | null {
  const decoded: number[] = [];
  for (let at = 0; at < encoded.length; at += 1) {
    const byte = encoded[at] ?? 0;
    if (byte !== PERCENT) decoded.push(byte);
    else {
      const digits = encoded.toString('latin1', at + 1, at + 1 + HEX_DIGITS);
      if (!/^[0-9a-f]{2}$/i.test(digits)) return null;
      decoded.push(Number.parseInt(digits, 16));
      at += HEX_DIGITS;
    }
  }
  return Buffer.from(decoded);
}

/**
 * Encodes a text as the value of a header of a CloudEvent: each byte of its UTF-8 that is not printable ASCII, and spaces,
 * quotes and percent signs, as `%XX`. The text is well-formed.
 */
export function encodeHeaderValue(text: string): string {
  return Buffer.from(text)
    .toString('latin1')
    .replaceAll(UNENCODED, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}

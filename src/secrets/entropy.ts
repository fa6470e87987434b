/** Shannon entropy of the characters of a text, in bits a character. */
export function toEntropy(text: string): number {
  const counts = new Map<string, number>();
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

/**
 * What is asked of a text for it to count as random when nothing else tells of a secret. Of texts of 24 random letters and
 * digits 97 in 100 meet all of it (20,000 drawn; the longer, the more). detect-secrets asks for 4.5 bits of base64, which
 * half of all tokens with 32 characters miss; what it needs this for, keeping words apart, MIN_TURNS does better.
 */
const MIN_ENTROPY = 3.8;
/** Places where a small letter is followed by a capital, or a letter and a digit meet; words joined in camelCase have fewer. */
const MIN_TURNS = 0.25;
/** Small letters among all characters: words joined in camelCase have more, and of random texts one in two hundred. */
const MAX_SMALL = 0.7;
const TURN = /(?<=[a-z])[A-Z]|(?<=[A-Za-z])\d|(?<=\d)[A-Za-z]/g;
/** Digests, UUIDs and other ids. */
const HEX = /^[0-9a-f-]+$/i;
/** Keys and certificates that are public begin so in base64: a sequence in DER, the name of a kind of key of SSH. */
const PUBLIC = /^(?:MI[EGHI]|AAAA[A-Z])/;

/**
 * Whether a text has the look of a random token: small letters, capitals and digits, in no order. Digests and ids in hex,
 * UUIDs, words, and texts that are base64 of another text have not.
 */
export function isRandom(text: string): boolean {
  if (!/[a-z]/.test(text) || !/[A-Z]/.test(text) || !/\d/.test(text)) return false;
  if (HEX.test(text) || PUBLIC.test(text)) return false;
  const small = text.match(/[a-z]/g)?.length ?? 0;
  if (small / text.length > MAX_SMALL) return false;
  const turns = text.match(TURN)?.length ?? 0;
  return turns / text.length >= MIN_TURNS && toEntropy(text) >= MIN_ENTROPY && !isEncodedText(text);
}

/** Whether bytes are a text: what is random has bytes that no text has. */
function isEncodedText(base64: string): boolean {
  return /^[\t\n\r\x20-\x7e]+$/.test(Buffer.from(base64, 'base64').toString('latin1'));
}

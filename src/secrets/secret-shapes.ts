import { isRandom, toEntropy } from './entropy.ts';
import { isSensitiveName } from './sensitive-name.ts';

/** A part of a text that looks like a secret. */
export interface ShapedSecret {
  readonly value: string;
  /** Where it begins and ends in the text. */
  readonly start: number;
  readonly end: number;
  /** In a few words, for a message. */
  readonly what: string;
}

/** What is looked at. */
interface ShapeOptions {
  /**
   * Whether the text is a URL that something is sent to, or holds some. Then a part of a path may be a secret by being
   * random; elsewhere it is the id of something. A password in it is for others to find, who read it as a URL.
   */
  readonly isUrl: boolean;
}

const IN_URL = 'a password in a URL';
/**
 * What tokens look like that say of themselves what they are, as gitleaks 8 has them (config/gitleaks.toml), or who issues
 * them. What comes before the secret itself is only looked back at.
 */
const SHAPES: Readonly<Record<string, RegExp>> = {
  'the address of a webhook of Slack':
    /(?<=hooks\.slack\.com\/(?:services|workflows|triggers)\/)[A-Za-z0-9+/]{43,56}/,
  'the address of a webhook of Discord':
    /(?<=discord(?:app)?\.com\/api\/(?:v\d{1,2}\/)?webhooks\/\d{17,20}\/)[\w-]{60,80}/,
  'the address of a webhook of Teams':
    /(?<=\.webhook\.office\.com\/webhookb2\/)[\w@-]{73}\/IncomingWebhook\/[0-9a-z]{32}\/[\w-]{36}/,
  'a token of Telegram': /(?<=\bbot)\d{5,16}:A[\w-]{34}\b/,
  'a token of GitHub': /\b(?:gh[oprsu]_[0-9A-Za-z]{36,255}|github_pat_\w{82})/,
  'a token of GitLab': /\bgl(?:pat|ptt|rt|dt|ft|soat|oas|cbt)-[\w-]{20,100}/,
  'a token of Slack': /\bxox[abeoprs]-(?:\d-)?[0-9A-Za-z-]{20,250}|\bxapp-\d-[0-9A-Za-z-]{20,250}/,
  'a key of Stripe': /\b[rs]k_(?:live|prod|test)_[0-9A-Za-z]{10,99}\b/,
  'a signing secret': /\bwhs[ek]c?_[0-9A-Za-z+/]{24,200}={0,2}/,
  'an access key of AWS': /\b(?:A3T[0-9A-Z]|ABIA|ACCA|AKIA|ASIA)[2-7A-Z]{16}\b/,
  'a key of Google': /\bAIza[\w-]{35}\b/,
  'a key of OpenAI or Anthropic': /\bsk-(?:ant-|proj-|svcacct-)?[\w-]{32,250}/,
  'a key of SendGrid': /\bSG\.[\w-]{22}\.[\w-]{43}\b/,
  'a token of npm': /\bnpm_[0-9A-Za-z]{36}\b/,
  'a JSON Web Token': /\bey[0-9A-Za-z]{17,4000}\.ey[\w-]{17,8000}\.[\w-]{10,2000}={0,2}/,
  'a private key':
    /(?<=(?<!-)-----BEGIN (?:[0-9A-Z]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)?-----)[\s\S]+?(?=-----END |$)/,
  [IN_URL]: /(?<=(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@"'{}]{0,100}:)[^\s/@"'{}]{1,200}(?=@)/,
};
const KINDS = Object.keys(SHAPES);
const SHAPE = new RegExp(
  Object.values(SHAPES)
    .map(({ source }) => `(${source})`)
    .join('|'),
  'g',
);

/** A name with a text in quotes: an assignment, a key of JSON or of a table. */
const NAMED = /(?<![\w.-])["']?([\w.-]{1,60})["']?\]?\s{0,5}[:=]\s{0,5}(["'`])([^"'`\s{}]{10,150})\2/g;
/** Bits a character of a named value has at least: what gitleaks asks for (generic-api-key), besides a digit. */
const MIN_NAMED_ENTROPY = 3.5;
/** Bits a character of what says what it is has at least: keeps out places to be filled in (`ghp_xxxxxxxx`). */
const MIN_SHAPED_ENTROPY = 2.5;
/** What documentation ends its examples with. */
const EXAMPLE = /EXAMPLE$/;

/** What has the look of a random text and is none, or is nobody's secret. */
const HARMLESS = new RegExp(
  [
    // Templates and references.
    /\{\{[^{}]{0,2000}\}\}|\{vault:[^{}]{0,2000}\}/,
    // Certificates and public keys.
    /(?<!-)-----BEGIN (?!(?:[0-9A-Z]{1,20} ){0,4}PRIVATE)[0-9A-Z ]{1,100}-----[\s\S]*?(?:-----END |$)/,
    /\b(?:ssh-\w{1,20}|ecdsa-[\w-]{1,40}) [\w+/=]+/,
    /\b(?:whpk|pk_(?:live|test))_[\w+/=]+/,
    // Digests, and data that say what they are.
    /\b(?:sha\d{1,3}|SHA\d{1,3}|md5|MD5)[-:=]\S{1,200}/,
    /;base64,[\w+/=-]+/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
);
/** A URL as far as its path goes. */
const URL_PATH = /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s"'`<>?#]{1,2000}/g;
/** Texts that may be random. A longer one is data. */
const CANDIDATE = /[\w+-]{24,}={0,2}/g;
const MAX_CANDIDATE = 200;

/** What every text has that holds any of it, and most texts have not: saves looking for each. */
const MAYBE = /[\w+/-]{18}|:\/\/[^\s@]{1,300}@|[:=]\s{0,5}["'`]|PRIVATE KEY/;

/** Finds what looks like a secret, in the order of the text, nothing twice. Takes a time that grows with the text alone. */
export function findShapedSecrets(text: string, { isUrl }: ShapeOptions): readonly ShapedSecret[] {
  if (!MAYBE.test(text)) return [];
  const clean = blank(text, HARMLESS);
  const found = [...findKnown(text, isUrl), ...findNamed(clean), ...findRandom(clean, isUrl)];
  found.sort((a, b) => a.start - b.start);
  let end = 0;
  return found.filter((one) => {
    if (one.start < end) return false;
    end = one.end;
    return true;
  });
}

/** The text with something else in the place of each part that looks like a secret. */
export function replaceShapedSecrets(
  text: string,
  options: ShapeOptions,
  replace: (value: string) => string,
): string {
  let replaced = '';
  let from = 0;
  for (const { value, start, end } of findShapedSecrets(text, options)) {
    replaced += text.slice(from, start) + replace(value);
    from = end;
  }
  return replaced + text.slice(from);
}

function* findKnown(text: string, isUrl: boolean): Generator<ShapedSecret> {
  for (const match of text.matchAll(SHAPE)) {
    const [value] = match;
    const what = KINDS[match.findIndex((group, index) => index > 0 && group !== undefined) - 1] ?? '';
    if (isFilledIn(value, what) && !(isUrl && what === IN_URL)) yield toSecret(value, match.index, what);
  }
}

/** A password may be any word, but no mask; of all others one can tell. */
function isFilledIn(value: string, what: string): boolean {
  if (what === IN_URL) return !/^\*+$/.test(value);
  return /\d/.test(value) && toEntropy(value) >= MIN_SHAPED_ENTROPY && !EXAMPLE.test(value);
}

function* findNamed(text: string): Generator<ShapedSecret> {
  for (const match of text.matchAll(NAMED)) {
    const [whole, name = '', quote = '', value = ''] = match;
    if (!isSensitiveName(name) || !/\d/.test(value) || toEntropy(value) < MIN_NAMED_ENTROPY) continue;
    yield toSecret(value, match.index + whole.length - quote.length - value.length, `the value of "${name}"`);
  }
}

function* findRandom(text: string, isUrl: boolean): Generator<ShapedSecret> {
  for (const { 0: value, index } of (isUrl ? text : blank(text, URL_PATH)).matchAll(CANDIDATE))
    if (value.length <= MAX_CANDIDATE && isRandom(value)) yield toSecret(value, index, 'a random token');
}

/** The text with spaces in the place of what matches: every character keeps its place. */
function blank(text: string, pattern: RegExp): string {
  return text.replaceAll(pattern, (match) => ' '.repeat(match.length));
}

function toSecret(value: string, start: number, what: string): ShapedSecret {
  return { value, start, end: start + value.length, what };
}

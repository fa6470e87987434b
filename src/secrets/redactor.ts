import { isIP } from 'node:net';

/** Values shorter than this are not looked for in other text: they would be found everywhere. */
const MIN_LENGTH = 4;
/** Values remembered; the one given out longest ago is forgotten first. */
const MAX_VALUES = 1_000;

/** Remembers secrets that were given out and takes them out of text. */
export interface Redactor {
  remember(value: string): void;
  redact(text: string): string;
}

/** What stands in a secret's place. */
export const REDACTED = '[redacted]';

/** Creates a redactor that knows no secret. It looks for each value as it is, and as it stands in JSON, a URL or base64. */
export function createRedactor(): Redactor {
  const forms = new Map<string, readonly string[]>();
  let pattern: RegExp | null = null;
  return {
    remember(value) {
      if (value.length < MIN_LENGTH || forms.has(value)) return;
      const [oldest] = forms.keys();
      if (forms.size >= MAX_VALUES && oldest !== undefined) forms.delete(oldest);
      forms.set(value, toForms(value));
      pattern = null;
    },
    redact(text) {
      if (forms.size === 0) return text;
      pattern ??= toPattern([...forms.values()].flat());
      return text.replace(pattern, REDACTED);
    },
  };
}

function toForms(value: string): readonly string[] {
  return [value, ...toUrlParts(value)].flatMap((text) => {
    const wellFormed = text.toWellFormed();
    const base64 = Buffer.from(text).toString('base64');
    return [
      text,
      JSON.stringify(text).slice(1, -1),
      encodeURIComponent(wellFormed),
      new URLSearchParams([['', wellFormed]]).toString().slice(1),
      base64,
      base64.replace(/=+$/, ''),
    ];
  });
}

/** What a receiver or an error may give back of a secret URL: where it is, and what it was asked for. */
function toUrlParts(value: string): readonly string[] {
  if (!/^https?:/i.test(value) || !URL.canParse(value)) return [];
  const { hostname, pathname, search, password } = new URL(value);
  const parts = [
    `${pathname}${search}`,
    pathname,
    isIP(hostname) === 0 ? hostname : '',
    decodeURIComponent(password),
  ];
  return parts.filter((part) => part.length >= MIN_LENGTH && part !== 'localhost');
}

/** Longest first, so that no part of a longer form is left standing. */
function toPattern(forms: readonly string[]): RegExp {
  const unique = [...new Set(forms)].sort((a, b) => b.length - a.length);
  return new RegExp(unique.map(RegExp.escape).join('|'), 'g');
}

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
  const wellFormed = value.toWellFormed();
  return [
    value,
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(wellFormed),
    new URLSearchParams([['', wellFormed]]).toString().slice(1),
    Buffer.from(value).toString('base64'),
    Buffer.from(value).toString('base64').replace(/=+$/, ''),
  ];
}

/** Longest first, so that no part of a longer form is left standing. */
function toPattern(forms: readonly string[]): RegExp {
  const unique = [...new Set(forms)].sort((a, b) => b.length - a.length);
  return new RegExp(unique.map(RegExp.escape).join('|'), 'g');
}

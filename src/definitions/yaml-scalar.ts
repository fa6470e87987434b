import type { Scalar } from 'yaml';

/** Why a scalar cannot be taken, and what to do. */
export interface Misfit {
  readonly message: string;
  readonly hint: string | null;
}

/** Integers as YAML writes them; of other numbers nobody expects every digit. */
const INTEGER = /^([-+]?\d+|0o[0-7]+|0x[0-9a-fA-F]+)$/;

/** Finds what JSON, and with it every receiver, could not hold of a scalar; null when it fits. Repeats nothing of it: it may be a secret. */
export function findMisfit({ value, source = '' }: Scalar): Misfit | null {
  if (typeof value === 'string' && !value.isWellFormed())
    return { message: 'Half a character: one of a pair of surrogates stands alone', hint: null };
  if (typeof value !== 'number') return null;
  if (!Number.isFinite(value))
    return { message: 'JSON has no such number', hint: 'Quote it to make it a string' };
  if (!INTEGER.test(source) || keepsDigits(source, value)) return null;
  return {
    message: 'A number of JSON cannot keep every digit of this one',
    hint: 'Quote it to make it a string, or write it with an exponent',
  };
}

function keepsDigits(source: string, value: number): boolean {
  return Number.isSafeInteger(value) || String(value) === source || BigInt(value) === BigInt(source);
}

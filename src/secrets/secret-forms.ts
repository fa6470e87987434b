import { isIP } from 'node:net';
import { decodePercent } from '../percent.ts';

/** Parts of a URL shorter than this are words like any other unless they are its host, its path or its password. */
const MIN_TOKEN_LENGTH = 12;

/** Every way a secret may come back in a text: itself and its telling parts, as they stand in JSON, HTML, a URL or base64. */
export function toForms(value: string): ReadonlySet<string> {
  return new Set([value, value.trim(), ...toCredentials(value), ...toUrlParts(value)].flatMap(encode));
}

/** The credentials of an authorization header without their scheme. */
function toCredentials(value: string): readonly string[] {
  const [, credentials] = /^(?:bearer|basic|token|apikey)\s+(\S+)$/i.exec(value.trim()) ?? [];
  return credentials === undefined ? [] : [credentials];
}

/** What a receiver or an error may give back of a secret URL: where it is, what it was asked for, and who asked. */
function toUrlParts(value: string): readonly string[] {
  if (!/^https?:/i.test(value.trim()) || !URL.canParse(value)) return [];
  const { hostname, pathname, search, searchParams, username, password } = new URL(value);
  const tokens = [...pathname.split('/'), ...searchParams.values(), decodePercent(username)];
  return [
    `${pathname}${search}`,
    pathname,
    ...(isIP(hostname) === 0 && hostname !== 'localhost' ? [hostname] : []),
    decodePercent(password),
    ...(password === '' ? [] : [toBase64(`${decodePercent(username)}:${decodePercent(password)}`)]),
    ...tokens.filter((token) => token.length >= MIN_TOKEN_LENGTH),
  ];
}

function encode(text: string): readonly string[] {
  const wellFormed = text.toWellFormed();
  const json = JSON.stringify(text).slice(1, -1);
  const uri = encodeURIComponent(wellFormed);
  const base64 = toBase64(text);
  return [
    text,
    json,
    json.replaceAll('/', '\\/'),
    toHtml(text),
    uri,
    uri.replaceAll(/%../g, (code) => code.toLowerCase()),
    new URLSearchParams([['', wellFormed]]).toString().slice(1),
    base64,
    base64.replace(/=+$/, ''),
    Buffer.from(text).toString('base64url'),
  ];
}

function toBase64(text: string): string {
  return Buffer.from(text).toString('base64');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function toHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (char) => ENTITIES[char] ?? char);
}

import { ITEM, maskLines, maskValue } from './mask-lines.ts';
import { replaceShapedSecrets } from './secret-shapes.ts';
import { isSensitiveName } from './sensitive-name.ts';

/** A key with a list in brackets. The one that ends it is not asked for: to look for it from every key would be to read on to the end each time. */
const KEY_AND_LIST = /(["']?)(?<![\w.-])([\w.-]+)\1\s*:\s*\[((?:"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^"'[\]])*)/g;
/** A line as of a file of variables. */
const ASSIGNMENT = /^([ \t]*(?:- )?([\w.-]+)[ \t]*=[ \t]*)([^\s=].*)$/gm;
/** The password of a URL. */
const URL_PASSWORD = /(?<![a-z0-9+.-])([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:)([^\s/@"']+)(?=@)/gi;
/** What stands for who asks in the URL of a NATS server is a token. */
const URL_TOKEN = /(?<![a-z0-9+.-])((?:nats|tls):\/\/)([^\s:/@"']+)(?=@)/gi;
/** A key or credentials in the manner of PEM, to the end when that is not there. */
const BLOCK =
  /((?<!-)-{3,}BEGIN (?:[A-Z0-9 ]*PRIVATE KEY|NATS USER JWT|USER NKEY SEED)-{3,})(.*?)(?=(?<!-)-{3,}END |$)/gs;
/** A parameter in the query of a URL. */
const PARAMETER = /([?&])([\w.-]+)=([^&#\s"']+)/g;

/**
 * The text of a file of definitions as it may be shown: what stands after a key that tells of a secret, keys in PEM,
 * passwords of URLs, parameters with such a name and what looks like a secret are asterisks. Every character keeps its place, and so do references, which are names.
 */
export function maskSource(text: string): string {
  return replaceShapedSecrets(maskNamed(text), { isUrl: true }, (value) => value.replaceAll(/\S/g, '*'));
}

function maskNamed(text: string): string {
  const masked = text
    .replaceAll(BLOCK, (_whole: string, begin: string, body: string) => begin + body.replaceAll(/\S/g, '*'))
    .replaceAll(
      URL_TOKEN,
      (_whole: string, before: string, token: string) => before + '*'.repeat(token.length),
    )
    .replaceAll(KEY_AND_LIST, maskItems);
  return maskLines(masked)
    .replaceAll(ASSIGNMENT, (whole: string, before: string, name: string, value: string) =>
      isSensitiveName(name) ? before + maskValue(value) : whole,
    )
    .replaceAll(
      URL_PASSWORD,
      (_whole: string, before: string, password: string) => before + '*'.repeat(password.length),
    )
    .replaceAll(PARAMETER, (whole: string, sign: string, name: string, value: string) =>
      isSensitiveName(name) ? `${sign}${name}=${'*'.repeat(value.length)}` : whole,
    );
}

function maskItems(whole: string, _quote: string, name: string, list: string): string {
  if (!isSensitiveName(name)) return whole;
  const at = whole.lastIndexOf(list);
  return whole.slice(0, at) + list.replaceAll(ITEM, maskValue) + whole.slice(at + list.length);
}

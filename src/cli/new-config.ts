import { readFileSync } from 'node:fs';
import { isScalar, parseDocument, stringify } from 'yaml';
import type { HandlerName } from '../definitions/definition.ts';
import { loadPreset, type PresetName } from '../presets/presets.ts';

/** What a new hook is to do: be for the receiver of a preset, or for a handler. */
export type Act =
  | { readonly kind: 'preset'; readonly preset: PresetName }
  | { readonly kind: 'handler'; readonly handler: HandlerName };

/** The config a new hook starts with, as the text of a file. */
export interface ConfigText {
  /** The comment lines at its head. */
  readonly head: string;
  /** The config itself with the comments in it; empty: there is nothing to set. */
  readonly body: string;
}

/** A blank line keeps the head from what is said of the first key. */
const HEAD = /^((?:#.*\n)*)\n?/;

/** The config that is written for an act. */
export function toConfigText(act: Act): ConfigText {
  const text =
    act.kind === 'preset'
      ? loadPreset(act.preset).text
      : readFileSync(new URL(`new-${act.handler}.yaml`, import.meta.url), 'utf8');
  const [whole = '', head = ''] = HEAD.exec(text) ?? [];
  return { head, body: text.slice(whole.length) };
}

/** The url in a config; null when it has none. */
export function findUrl({ body }: ConfigText): string | null {
  const url = parseDocument(body).get('url');
  return typeof url === 'string' ? url : null;
}

/** The config with another url, everything but the comment on it as it is written. One without a url is answered as it is. */
export function withUrl(config: ConfigText, url: string): ConfigText {
  const node = parseDocument(config.body).get('url', true);
  if (!isScalar(node) || !node.range) return config;
  const [start, end] = node.range;
  const before = config.body.slice(0, start).replace(/(?:^#.*\n)*^url: $/m, 'url: ');
  return { ...config, body: before + toInline(url) + config.body.slice(end) };
}

/** A text as a value of YAML on its line. */
export function toInline(text: string): string {
  return stringify(text, { lineWidth: 0, blockQuote: false }).trimEnd();
}

import { toCurl } from '../explain/curl.ts';
import { toRequestView } from '../explain/made-request.ts';
import type { TriedOut } from '../explain/try-out.ts';
import { toOneLine, toPrintable } from './printable.ts';
import type { Rendering } from './render.ts';

/** What a hook does with an event, for people: a request as it goes out and as a command, or what there is instead. */
export function toRenderText({ tried, faults, notes }: Rendering): string {
  const said = [...faults, ...notes].map((sentence) => `# ${toOneLine(sentence)}`);
  return [...toLines(tried), ...(said.length === 0 ? [] : ['', ...said]), ...toCommand(tried)].join('\n');
}

function toLines(tried: TriedOut): readonly string[] {
  switch (tried.kind) {
    case 'request': {
      const { method, url, headers, body } = toRequestView(tried.request);
      return [
        toOneLine(`${method} ${url}`),
        ...Object.entries(headers).map(([name, value]) => toOneLine(`${name}: ${value}`)),
        ...(body === null ? [] : ['', toPrintable(body)]),
      ];
    }
    case 'log':
      return [toPrintable(tried.line)];
    case 'lambda':
      return [
        tried.error === null
          ? `returned ${toPrintable(JSON.stringify(tried.result, null, 2))}`
          : `failed: ${toPrintable(tried.error)}`,
        ...(tried.output === '' ? [] : ['', 'printed', toPrintable(tried.output)]),
      ];
    case 'failed':
      return [`No request can be made: ${toOneLine(tried.error)}`];
  }
}

function toCommand(tried: TriedOut): readonly string[] {
  return tried.kind === 'request' ? ['', toCurl(tried.request)] : [];
}

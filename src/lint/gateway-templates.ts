import type { EventHook } from '../definitions/definition.ts';
import { toCut } from '../definitions/shown.ts';
import { mapTexts } from '../map-texts.ts';
import type { Finding, Path } from './finding.ts';

/**
 * What is a piece of a template to Kong Gateway (https://github.com/bungle/lua-resty-template#template-syntax) and a text
 * like any other here. What looks like one for another reason, such as `{*}`, has no expression or statement in it.
 */
const PIECE =
  /\{\*\s{0,9}(?<raw>[A-Za-z_][\w.:()[\]"' ,+-]{0,200}?)\s{0,9}\*\}|\{%-?\s{0,9}(?:if|elseif|else|for|while|end|local)\b[^%{}]{0,200}%\}/;
const PATH = /^[A-Za-z_][\w.]*$/;

const STATEMENT =
  'Write {{#if operation}}…{{/if}}, and {{#each list}}…{{/each}} to repeat; "hookline import" translates the hooks of a gateway';

/** Finds pieces of templates that only the gateway takes for such, one in each text that is a template. */
export function findGatewayTemplates(hook: EventHook): readonly Finding[] {
  if (hook.handler !== 'webhook-custom') return [];
  const { payload, body, headers, payload_format, body_format, headers_format } = hook.config;
  const templates = {
    payload: payload_format ? payload : null,
    body: body_format ? body : null,
    headers: headers_format ? headers : null,
  };
  const findings: Finding[] = [];
  mapTexts(templates, [], (text, path) => {
    findings.push(...findPiece(text, ['config', ...path]));
    return text;
  });
  return findings;
}

function findPiece(text: string, path: Path): readonly Finding[] {
  const found = PIECE.exec(text);
  if (found === null) return [];
  const raw = found.groups?.raw;
  const hint =
    raw === undefined
      ? STATEMENT
      : PATH.test(raw)
        ? `Write {{ ${raw} }}`
        : 'Write {{ }}, with a path or a helper';
  const message = `"${toCut(found[0])}" is sent as it is written: it is a template to the gateway only`;
  return [{ code: 'gateway_template', path, message, hint }];
}

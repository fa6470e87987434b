import { compileTemplate } from '../template/compile.ts';
import { TemplateError } from '../template/template.ts';
import { parseLua, toArgument, toCall, toLiteralText, toParts, Untranslatable } from './lua-expression.ts';

/** A template of lua-resty-template as a template of Handlebars. */
export interface TranslatedTemplate {
  readonly text: string;
  /** What could not be translated, each in one sentence; it stands in the text as it was. */
  readonly left: readonly string[];
}

/** A piece of a template: https://github.com/bungle/lua-resty-template#template-syntax */
const PIECE =
  /\{\{(?<escaped>[\s\S]*?)\}\}|\{\*(?<raw>[\s\S]*?)\*\}|\{%(?<code>[\s\S]*?)%\}|\{#(?<comment>[\s\S]*?)#\}|\{\((?<include>[\s\S]*?)\)\}|\{-(?:raw|verbatim)-\}(?<verbatim>[\s\S]*?)\{-(?:raw|verbatim)-\}/g;

/** What is open: the block that is to be closed, or a piece of code that was left as it is. */
type Open = 'if' | 'each' | 'left';

/**
 * Translates a template. Both escaped and raw output become `{{ }}`: how a value is escaped follows here from the place it
 * lands in.
 */
export function translateTemplate(template: string): TranslatedTemplate {
  const left: string[] = [];
  const open: Open[] = [];
  let text = '';
  let end = 0;
  for (const match of template.matchAll(PIECE)) {
    text = append(text, toLiteral(template.slice(end, match.index)));
    end = match.index + match[0].length;
    const { code } = match.groups ?? {};
    try {
      text = append(text, translatePiece(match.groups ?? {}, open) ?? toLiteral(match[0]));
    } catch (error) {
      if (!(error instanceof Untranslatable)) throw error;
      left.push(`${match[0]}: ${error.message}`);
      if (code !== undefined && OPENING.test(code)) open.push('left');
      text = append(text, toLiteral(match[0]));
    }
  }
  text = append(text, toLiteral(template.slice(end)));
  const fault = findFault(text);
  if (fault === null) return { text, left };
  return {
    text: toLiteral(template),
    left: [...left, `all of it: what it becomes does not compile: ${fault}`],
  };
}

/** Lua may open a block in one piece and close it in another way, or never. */
function findFault(text: string): string | null {
  try {
    compileTemplate(text, { escaping: 'raw' });
    return null;
  } catch (error) {
    if (error instanceof TemplateError) return error.message;
    throw error;
  }
}

/** Text that Handlebars shows as it is: a backslash before braces says so, unless another stands before it. */
function toLiteral(text: string): string {
  return text.replaceAll(/(\\*)\{\{(?<next>\}?)/g, (_, before: string, next: string) =>
    before === '' ? `\\{{${next}` : append(`${before}\\{{"{{"}}`, next),
  );
}

/** Puts a piece behind a text so that a backslash or a brace at the seam belongs to neither's braces. */
function append(text: string, piece: string): string {
  if (text.endsWith('\\') && piece.startsWith('{{')) return `${text}\\${piece}`;
  return text.endsWith('}}') && piece.startsWith('}') ? `${text}{{!}}${piece}` : text + piece;
}

/** One of them is there. */
type Piece = Readonly<
  Partial<Record<'escaped' | 'raw' | 'code' | 'comment' | 'include' | 'verbatim', string>>
>;

/** Null where it belongs to what was left as it is. */
function translatePiece(
  { escaped, raw, code, comment, include, verbatim }: Piece,
  open: Open[],
): string | null {
  const output = escaped ?? raw;
  if (output !== undefined) return translateOutput(output);
  if (code !== undefined) return translateCode(code.trim(), open);
  if (comment !== undefined) return '';
  if (verbatim !== undefined) return toLiteral(verbatim);
  throw new Untranslatable(`templates include no others (${include?.trim()})`);
}

function translateOutput(lua: string): string {
  return toParts(parseLua(lua))
    .map((part) => {
      const literal = toLiteralText(part);
      if (literal !== null) return toLiteral(literal);
      // `a or b` shows the first that is there; as a condition it is another thing.
      return part.type === 'LogicalExpression' && part.operator === 'or'
        ? `{{default ${toArgument(part.left)} ${toArgument(part.right)}}}`
        : `{{${toCall(part)}}}`;
    })
    .join('');
}

const OPENING = /^\s*(?:if|for|while|repeat|do|function)\b/;
const IF = /^(?<keyword>if|elseif)\b(?<condition>[\s\S]*)\bthen$/;
const FOR = /^for\s+(?<key>\w+)\s*,\s*(?<item>\w+)\s+in\s+(?:i?pairs)\s*\((?<list>[\s\S]*)\)\s*do$/;

function translateCode(code: string, open: Open[]): string | null {
  const { keyword, condition = '' } = IF.exec(code)?.groups ?? {};
  if (keyword === 'if') {
    const argument = toArgument(parseLua(condition));
    open.push('if');
    return `{{#if ${argument}}}`;
  }
  if (open.at(-1) === 'left' && /^(?:else|elseif|end|until)\b/.test(code)) return translateLeft(code, open);
  if (keyword === 'elseif') return `{{else if ${toArgument(parseLua(condition))}}}`;
  if (code === 'else') return '{{else}}';
  if (code === 'end') return translateEnd(open);
  const { key = '_', item = '', list } = FOR.exec(code)?.groups ?? {};
  if (list === undefined) throw new Untranslatable('templates run no code');
  const argument = toArgument(parseLua(list));
  open.push('each');
  return `{{#each ${argument} as |${item}${key === '_' ? '' : ` ${key}`}|}}`;
}

function translateLeft(code: string, open: Open[]): null {
  if (/^(?:end|until)\b/.test(code)) open.pop();
  return null;
}

function translateEnd(open: Open[]): string {
  const closed = open.pop();
  if (closed === undefined) throw new Untranslatable('it ends what was not translated');
  return `{{/${closed}}}`;
}

import Handlebars from 'handlebars';
import { TemplateError } from './template.ts';

/** Handlebars' own tree of a template, as far as it is used. Positions: line from 1, column from 0. */
export type SyntaxNode = hbs.AST.Node;

/** Parses a template with Handlebars' parser, white-space control included. Throws TemplateError. */
export function parseSyntax(text: string): hbs.AST.Program {
  try {
    return Handlebars.parse(text);
  } catch (error) {
    throw toTemplateError(error, text);
  }
}

/** An error at a node. */
export function errorAt({ loc }: SyntaxNode, message: string): TemplateError {
  return new TemplateError(message, { line: loc.start.line, column: loc.start.column + 1 });
}

const UNEXPECTED = /got '([^']*)'/;
const LINE = /(?:on line |- )(\d+)(?::(\d+))?/;

/** The parser's message is a drawing over several lines; what counts is what it met and where. */
function toTemplateError(error: unknown, text: string): TemplateError {
  const drawn = error instanceof Error ? error.message : String(error);
  const [first = '', , arrow = ''] = drawn.split('\n');
  const [, line = '1', column] = LINE.exec(first) ?? [];
  const got = UNEXPECTED.exec(drawn)?.[1];
  const message =
    got === undefined
      ? first.replace(/ - \d+:\d+$/, '')
      : got === 'EOF'
        ? 'it ends in the middle of an expression or block'
        : `unexpected ${toToken(got)}`;
  const at = column === undefined ? Math.max(arrow.indexOf('^'), 0) : Number(column);
  return new TemplateError(message, {
    line: Math.min(Number(line), text.split('\n').length),
    column: at + 1,
  });
}

/** Names of the parser's tokens that mean nothing to whoever wrote the template. */
const TOKENS: ReadonlyMap<string, string> = new Map([
  ['CLOSE', 'end of the expression "}}"'],
  ['INVALID', 'character'],
  ['OPEN_ENDBLOCK', 'end of a block'],
  ['ID', 'name'],
  ['EQUALS', '"="'],
]);

function toToken(token: string): string {
  return TOKENS.get(token) ?? token.toLowerCase();
}

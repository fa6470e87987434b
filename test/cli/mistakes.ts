/** A definition file as somebody may really write it wrong, and the one thing that is to be said of it. */
export interface WrittenMistake {
  readonly what: string;
  /** Default: a file of YAML. */
  readonly file?: string;
  readonly text: string;
  /** Place, severity, rule and message. */
  readonly says: string;
  /** What to write. */
  readonly hint: string;
}

export const MISTAKES: readonly WrittenMistake[] = [
  {
    what: 'a typo in a key',
    text: `source: crud
evnt: consumers
handler: webhook
config:
  url: https://example.com/hook
  ssl_verify: true
`,
    says: '2:1 error unknown_key: Unknown key "evnt"',
    hint: 'Did you mean "event"?',
  },
  {
    what: 'a key of another style',
    text: `source: crud
event: consumers
handler: webhook
config:
  url: https://example.com/hook
  ssl_verify: true
on-change: true
`,
    says: '7:1 error unknown_key: Unknown key "on-change"',
    hint: 'Did you mean "on_change"?',
  },
  {
    what: 'a typo in a key that has to be there',
    text: `sorce: crud
event: consumers
handler: webhook
config:
  url: https://example.com/hook
  ssl_verify: true
`,
    says: '1:1 error unknown_key: Unknown key "sorce"',
    hint: 'Did you mean "source"?',
  },
  {
    what: 'a typo in a key of config',
    text: `source: crud
event: consumers
handler: webhook
config:
  url: https://example.com/hook
  ssl_verfy: true
`,
    says: '6:3 error unknown_key: Unknown key "ssl_verfy" in "config"',
    hint: 'Did you mean "ssl_verify"?',
  },
  {
    what: 'letters that changed places',
    text: `source: crud
event: consumers
handler: webhook
config:
  ulr: https://example.com/hook
  ssl_verify: true
`,
    says: '5:3 error unknown_key: Unknown key "ulr" in "config"',
    hint: 'Did you mean "url"?',
  },
  {
    what: 'url beside config',
    text: `source: crud
event: consumers
handler: webhook
url: https://example.com/hook
config:
  ssl_verify: true
`,
    says: '4:1 error unknown_key: Key "url" stands beside "config", not in it',
    hint: 'Write below config:, indented by two spaces more',
  },
  {
    what: 'the whole config without its line',
    text: `source: crud
event: consumers
handler: webhook
url: https://example.com/hook
ssl_verify: true
`,
    says: '4:1 error unknown_key: Keys "url", "ssl_verify" stand beside "config", not in it',
    hint: 'Write below config:, indented by two spaces more',
  },
  {
    what: 'payload that lost its indentation',
    text: `source: crud
event: consumers
handler: webhook-custom
config:
  method: POST
  url: https://example.com/hook
  ssl_verify: true
payload:
  text: "{{ entity.username }} was added"
`,
    says: '8:1 error unknown_key: Key "payload" stands beside "config", not in it',
    hint: 'Write below config:, indented by two spaces more',
  },
  {
    what: 'a filter in config',
    text: `source: crud
event: consumers
handler: webhook
config:
  url: https://example.com/hook
  ssl_verify: true
  filter: data.operation == "create"
`,
    says: '7:3 error unknown_key: Key "filter" stands in "config", not beside it',
    hint: 'Indent like config: itself',
  },
  {
    what: 'a header in config',
    text: `source: crud
event: consumers
handler: webhook-custom
config:
  method: POST
  url: https://example.com/hook
  ssl_verify: true
  content-type: application/json
`,
    says: '8:3 error unknown_key: Key "content-type" stands in "config", not in its "headers"',
    hint: 'Write below headers:, indented by two spaces more',
  },
  {
    what: 'a key of another handler',
    text: `source: crud
event: consumers
handler: webhook
config:
  url: https://example.com/hook
  ssl_verify: true
  method: PUT
`,
    says: '7:3 error unknown_key: Key "method" stands in "config" of another handler',
    hint: 'handler: webhook-custom takes it',
  },
  {
    what: 'a preset for the wrong handler',
    text: `source: crud
handler: webhook
config: { preset: slack }
`,
    says: '3:11 error unknown_key: Key "preset" stands in "config" of another handler',
    hint: 'handler: webhook-custom takes it',
  },
  {
    what: 'a line that is indented too deep',
    text: `source: crud
event: consumers
handler: webhook
config:
  url: https://example.com/hook
   ssl_verify: true
`,
    says: '6:4 error yaml_syntax: The line is indented below one that has its value already',
    hint: 'Indent it like the line before',
  },
  {
    what: 'a line that is not indented enough',
    text: `source: crud
event: consumers
handler: webhook
config:
  url: https://example.com/hook
 ssl_verify: true
`,
    says: '6:2 error yaml_syntax: The line is indented otherwise than those it belongs to',
    hint: 'Indent what belongs together by the same number of spaces',
  },
  {
    what: 'tabs',
    text: `source: crud
event: consumers
handler: webhook
config:
	url: https://example.com/hook
	ssl_verify: true
`,
    says: '5:1 error yaml_syntax: Tabs are not allowed as indentation',
    hint: 'Indent with spaces: YAML takes no tabs',
  },
  {
    what: 'no space after a colon',
    text: `source: crud
event: consumers
handler:webhook
config:
  url: https://example.com/hook
  ssl_verify: true
`,
    says: '3:1 error yaml_syntax: The line has no ": " after a key',
    hint: 'Write a colon and a space after the key, as in handler: log',
  },
  {
    what: 'no colon',
    text: `source: crud
event: consumers
handler webhook
config:
  url: https://example.com/hook
  ssl_verify: true
`,
    says: '3:1 error yaml_syntax: The line has no ": " after a key',
    hint: 'Write a colon and a space after the key, as in handler: log',
  },
  {
    what: 'a quote that is not closed',
    text: `source: crud
event: consumers
handler: webhook
config:
  url: "https://example.com/hook
  ssl_verify: true
`,
    says: '5:8 error yaml_syntax: The quote that begins here has no end',
    hint: 'Close it at the end of the value',
  },
  {
    what: 'a quote that is not closed, and others after it',
    text: `source: crud
event: consumers
handler: webhook
config:
  url: "https://example.com/hook
  ssl_verify: true
  secret: "{vault://env/secret}"
`,
    says: '5:8 error yaml_syntax: The quote that begins here has no end',
    hint: 'Close it at the end of the value',
  },
  {
    what: 'a quote within quotes',
    text: `source: crud
event: consumers
handler: webhook-custom
config:
  method: POST
  url: https://example.com/hook
  ssl_verify: true
  body: 'It's {{ entity.username }}'
`,
    says: '8:13 error yaml_syntax: The value has ended before this',
    hint: `Put quotes round the whole value; within '…' a ' is written twice, within "…" a " has a \\ before it`,
  },
  {
    what: 'a colon in a text',
    text: `source: crud
event: consumers
handler: webhook-custom
config:
  method: POST
  url: https://example.com/hook
  ssl_verify: true
  payload:
    text: Consumer added: {{ entity.username }}
`,
    says: '9:11 error yaml_syntax: A value with ": " in it must be quoted',
    hint: 'Put quotes round the whole value',
  },
  {
    what: 'a bracket that is not closed',
    text: `source: crud
event: consumers
handler: webhook-custom
config:
  method: POST
  url: https://example.com/hook
  ssl_verify: true
  payload: { text: "hi"
`,
    says: '8:12 error yaml_syntax: The { that begins here has no end',
    hint: 'Close it with }',
  },
  {
    what: 'a template without quotes',
    text: `source: crud
event: consumers
handler: webhook-custom
config:
  method: POST
  url: https://example.com/hook
  ssl_verify: true
  payload:
    text: {{ entity.username }} was added
`,
    says: '9:11 error yaml_syntax: A value that begins with {{ must be quoted: to YAML { begins a map',
    hint: 'Put quotes round the whole value, as in "{{ entity.name }}"',
  },
  {
    what: 'a template without quotes in a map in braces',
    text: `source: crud
event: consumers
handler: webhook-custom
config:
  method: POST
  url: https://example.com/hook
  ssl_verify: true
  payload: { text: {{ entity.username }} }
`,
    says: '8:20 error yaml_syntax: A value that begins with {{ must be quoted: to YAML { begins a map',
    hint: 'Put quotes round the whole value, as in "{{ entity.name }}"',
  },
  {
    what: 'a reference without quotes',
    text: `source: crud
event: consumers
handler: webhook
config:
  url: {vault://env/slack-url}
  ssl_verify: true
`,
    says: '5:8 error wrong_type: "config.url" must be a string: got a map',
    hint: 'Quote it: "{vault://env/slack-url}"',
  },
  {
    what: 'a text that begins with @',
    text: `source: crud
event: consumers
handler: webhook-custom
config:
  method: POST
  url: https://example.com/hook
  ssl_verify: true
  body: @here {{ entity.username }}
`,
    says: '8:9 error yaml_syntax: Plain value cannot start with reserved character @',
    hint: 'Put quotes round the whole value',
  },
  {
    what: 'a text that begins with *',
    text: `source: crud
event: consumers
handler: webhook-custom
config:
  method: POST
  url: https://example.com/hook
  ssl_verify: true
  payload:
    text: *bold* {{ entity.username }}
`,
    says: '9:18 error yaml_syntax: The value has ended before this',
    hint: `Put quotes round the whole value; within '…' a ' is written twice, within "…" a " has a \\ before it`,
  },
  {
    what: 'a conflict of a merge',
    text: `source: crud
<<<<<<< HEAD
event: consumers
=======
event: routes
>>>>>>> main
handler: log
`,
    says: '2:1 error yaml_syntax: A conflict of a merge is not resolved',
    hint: 'Keep one side, and remove the lines of <<<<<<<, ======= and >>>>>>>',
  },
  {
    what: 'a merge key',
    text: `x-base: &base
  ssl_verify: true
source: crud
handler: webhook
config:
  <<: *base
  url: https://example.com/
`,
    says: '6:3 error yaml_syntax: Merge keys are no part of YAML 1.2',
    hint: 'Write the keys out',
  },
  {
    what: 'a template that is not closed',
    text: `source: crud
event: consumers
handler: webhook-custom
config:
  method: POST
  url: https://example.com/hook
  ssl_verify: true
  payload:
    text: "Hello {{ entity.username"
`,
    says: '9:28 error template_invalid: Cannot compile the template: the expression is not closed: "}}" is missing',
    hint: 'A template is as "{{ entity.name }}" or "{{#if entity.name}}…{{/if}}"',
  },
  {
    what: 'an unknown helper',
    text: `source: crud
event: consumers
handler: webhook-custom
config:
  method: POST
  url: https://example.com/hook
  ssl_verify: true
  payload:
    text: "Hello {{ uppper entity.username }}"
`,
    says: '9:21 error template_invalid: Cannot compile the template: unknown helper "uppper"; known are json, default, upper, lower, truncate, replace, slack, eq, ne, and, or, not',
    hint: 'Did you mean "upper"?',
  },
  {
    what: 'an unknown block',
    text: `source: crud
event: consumers
handler: webhook-custom
config:
  method: POST
  url: https://example.com/hook
  ssl_verify: true
  payload:
    text: "{{#iff entity.username}}Hello{{/iff}}"
`,
    says: '9:12 error template_invalid: Cannot compile the template: unknown block "iff"; known are if, unless, each, with',
    hint: 'Did you mean "if"?',
  },
  {
    what: 'a block that is not closed',
    text: `source: crud
event: consumers
handler: webhook-custom
config:
  method: POST
  url: https://example.com/hook
  ssl_verify: true
  payload:
    text: "{{#if entity.username}}Hello"
`,
    says: '9:40 error template_invalid: Cannot compile the template: it ends in the middle of an expression or block',
    hint: 'A template is as "{{ entity.name }}" or "{{#if entity.name}}…{{/if}}"',
  },
  {
    what: 'a block that is closed as another',
    text: `source: crud
event: consumers
handler: webhook-custom
config:
  method: POST
  url: https://example.com/hook
  ssl_verify: true
  payload:
    text: "{{#if entity.username}}Hello{{/each}}"
`,
    says: '9:15 error template_invalid: Cannot compile the template: block "if" is closed by "{{/each}}": write "{{/if}}"',
    hint: 'A template is as "{{ entity.name }}" or "{{#if entity.name}}…{{/if}}"',
  },
  {
    what: 'an unknown field',
    text: `source: crud
event: consumers
handler: webhook-custom
config:
  method: POST
  url: https://example.com/hook
  ssl_verify: true
  payload:
    text: "Hello {{ entty.username }}"
`,
    says: '9:21 warning unknown_field: Reads "entty", which event "consumers" of source "crud" is not known to have',
    hint: 'Did you mean "entity"? Known fields: operation, entity, old_entity, schema',
  },
  {
    what: 'a typo in an event',
    text: `source: crud
event: consumer
handler: webhook
config:
  url: https://example.com/hook
  ssl_verify: true
`,
    says: `2:8 error unknown_event: source 'crud' has no 'consumer' event`,
    hint: 'Did you mean "consumers"?',
  },
  {
    what: 'an event of another source',
    text: `source: crud
event: health
handler: webhook
config:
  url: https://example.com/hook
  ssl_verify: true
`,
    says: `2:8 error unknown_event: source 'crud' has no 'health' event`,
    hint: '"health" is an event of source "balancer"',
  },
  {
    what: 'a star for every event',
    text: `source: crud
event: "*"
handler: log
`,
    says: `2:8 error unknown_event: source 'crud' has no '*' event`,
    hint: 'For every event of the source, leave "event" out',
  },
  {
    what: 'several events',
    text: `source: crud
event: [consumers, routes]
handler: log
`,
    says: '2:8 error wrong_type: "event" must be a string or null: got a list',
    hint: 'Write one: for several, a definition each',
  },
  {
    what: 'a typo in a source',
    text: `source: crd
event: consumers
handler: webhook
config:
  url: https://example.com/hook
  ssl_verify: true
`,
    says: `1:9 error unknown_source: source 'crd' is not registered`,
    hint: 'Did you mean "crud"?',
  },
  {
    what: 'a source that nothing declares',
    text: `source: billing
event: consumers
handler: webhook
config:
  url: https://example.com/hook
  ssl_verify: true
`,
    says: `1:9 error unknown_source: source 'billing' is not registered`,
    hint: 'Known: balancer, crud, dao:crud, rate-limiting-advanced, ai-rate-limiting-advanced, service-protection, oas-validation, hookline',
  },
  {
    what: 'an event in the place of its source',
    text: `source: consumers
event: consumers
handler: webhook
config:
  url: https://example.com/hook
  ssl_verify: true
`,
    says: `1:9 error unknown_source: source 'consumers' is not registered`,
    hint: '"consumers" is an event of source "crud"',
  },
  {
    what: 'a typo in a handler',
    text: `source: crud
event: consumers
handler: webhok
config:
  url: https://example.com/hook
  ssl_verify: true
`,
    says: '3:10 error unknown_handler: "handler" must be one of webhook, webhook-custom, log, lambda: got "webhok"',
    hint: 'Did you mean "webhook"?',
  },
  {
    what: 'a handler with an underscore',
    text: `source: crud
event: consumers
handler: webhook_custom
config:
  method: POST
  url: https://example.com/hook
  ssl_verify: true
`,
    says: '3:10 error unknown_handler: "handler" must be one of webhook, webhook-custom, log, lambda: got "webhook_custom"',
    hint: 'Did you mean "webhook-custom"?',
  },
  {
    what: 'a handler there is none of',
    text: `source: crud
event: consumers
handler: http
config:
  url: https://example.com/hook
  ssl_verify: true
`,
    says: '3:10 error unknown_handler: "handler" must be one of webhook, webhook-custom, log, lambda: got "http"',
    hint: 'What is done: webhook and webhook-custom send a request, log writes a line, lambda runs functions.',
  },
  {
    what: 'no handler',
    text: `source: crud
event: consumers
config:
  url: https://example.com/hook
`,
    says: '1:1 error missing_key: Missing key "handler"',
    hint: 'What is done: webhook and webhook-custom send a request, log writes a line, lambda runs functions.',
  },
  {
    what: 'no space after a colon in braces, and a secret behind it',
    text: `source: crud
handler: webhook
config: { url: "https://example.com/", ssl_verify: true, secret:hunter2 }
`,
    says: '3:58 error unknown_key: Unknown key "secret:*******" in "config"',
    hint: 'Write a space after the colon: secret: …',
  },
  {
    what: 'a port that is too large',
    text: `source: crud
handler: webhook
config:
  url: https://example.com:99999/
  ssl_verify: true
`,
    says: '4:8 error bad_value: "config.url" must be an http or https URL with a host, or a reference such as {vault://env/NAME}: got "https://example.com:99999/"',
    hint: 'A port is 65535 at most',
  },
  {
    what: 'a value that is a comment',
    text: `source: crud
event: consumers
handler: webhook-custom
config:
  method: POST
  url: https://example.com/hook
  ssl_verify: true
  payload:
    channel: #alerts
    text: hello
`,
    says: '9:14 warning value_commented: The value is empty: to YAML # begins a comment',
    hint: 'Put quotes round a value that begins with #; where none is meant, put a space after it',
  },
  {
    what: 'a value that is a comment where one is needed',
    text: `source: crud
handler: webhook
config:
  url: #internal
  ssl_verify: true
`,
    says: '4:8 error wrong_type: "config.url" must be a string: got null',
    hint: 'The value is empty: to YAML # begins a comment. Put quotes round a value that begins with #; where none is meant, put a space after it',
  },
  {
    what: 'a template of the gateway',
    text: `source: crud
event: consumers
handler: webhook-custom
config:
  method: POST
  url: https://example.com/hook
  ssl_verify: true
  body: |
    {"text": "{* entity.username *} was {{ operation }}d"}
`,
    says: '8:9 warning gateway_template: "{* entity.username *}" is sent as it is written: it is a template to the gateway only',
    hint: 'Write {{ entity.username }}',
  },
  {
    what: 'a condition of the gateway',
    text: `source: crud
event: consumers
handler: webhook-custom
config:
  method: POST
  url: https://example.com/hook
  ssl_verify: true
  payload:
    text: "{% if operation then %}{{ operation }}{% end %}"
`,
    says: '9:11 warning gateway_template: "{% if operation then %}" is sent as it is written: it is a template to the gateway only',
    hint: 'Write {{#if operation}}…{{/if}}, and {{#each list}}…{{/each}} to repeat; "hookline import" translates the hooks of a gateway',
  },
  {
    what: 'a reference in the braces of a template',
    text: `source: crud
event: consumers
handler: webhook-custom
config:
  method: POST
  url: https://example.com/hook
  ssl_verify: true
  body: '{"key": "{{vault://env/KEY}}"}'
`,
    says: '8:28 error template_invalid: Cannot compile the template: unexpected "/"',
    hint: 'A reference is {vault://env/NAME} or {vault://file/PATH}, and the whole value',
  },
  {
    what: 'a header of the connection that is a number',
    text: `source: crud
event: consumers
handler: webhook
config:
  url: https://example.com/hook
  ssl_verify: true
  headers: { content-length: 3 }
`,
    says: '7:14 error bad_value: Header "content-length" cannot be set: it belongs to the connection',
    hint: 'Remove it: it is sent where it is needed',
  },
  {
    what: 'a name that is set in a function and not declared',
    text: `source: crud
event: consumers
handler: lambda
config:
  functions:
    - "(data) => { n = 1; return { n } }"
`,
    says: '6:20 warning unknown_global: Uses "n", which the sandbox does not have',
    hint: 'Declare it first: let n',
  },
  {
    what: 'a typo in a header',
    text: `source: crud
event: consumers
handler: webhook-custom
config:
  method: POST
  url: https://example.com/hook
  ssl_verify: true
  headers: { conten-type: application/json }
`,
    says: '8:27 warning likely_typo: No header is known as "conten-type"',
    hint: 'Did you mean "content-type"?',
  },
  {
    what: 'a header with a space',
    text: `source: crud
event: consumers
handler: webhook
config:
  url: https://example.com/hook
  ssl_verify: true
  headers: { "x team": billing }
`,
    says: '7:14 error bad_value: Cannot use "x team" as a name in "config.headers"',
    hint: `A header name has letters, digits and ! # $ % & ' * + . ^ _ \` | ~ - only.`,
  },
  {
    what: 'a header with a line break',
    text: `source: crud
event: consumers
handler: webhook
config:
  url: https://example.com/hook
  ssl_verify: true
  headers:
    x-team: |
      billing
`,
    says: '8:5 error bad_value: The value of header "x-team" has a line break or a character that HTTP cannot carry',
    hint: 'Write it on the line of its key: a text after | ends with a line break',
  },
  {
    what: 'a header that is sent anyway',
    text: `source: crud
event: consumers
handler: webhook
config:
  url: https://example.com/hook
  ssl_verify: true
  headers: { content-length: "12" }
`,
    says: '7:14 error bad_value: Header "content-length" cannot be set: it belongs to the connection',
    hint: 'Remove it: it is sent where it is needed',
  },
  {
    what: 'a header that is a number',
    text: `source: crud
event: consumers
handler: webhook
config:
  url: https://example.com/hook
  ssl_verify: true
  headers: { x-version: 1 }
`,
    says: '7:25 error wrong_type: "config.headers.x-version" must be a string: got 1',
    hint: 'Quote it, to make it a text',
  },
  {
    what: 'headers as a list',
    text: `source: crud
event: consumers
handler: webhook
config:
  url: https://example.com/hook
  ssl_verify: true
  headers:
    - x-team: billing
`,
    says: '8:5 error wrong_type: "config.headers" must be a map of keys and values: got a list',
    hint: 'Leave out the dashes: it is one map, not a list',
  },
  {
    what: 'Lua that does not parse',
    text: `source: crud
event: consumers
handler: lambda
config:
  functions:
    - |
      return function(data)
        if data.entity then
          return data
      end
`,
    says: `10:7 error function_invalid: Error parsing function: 'end' expected (to close 'function' at line 1) near <eof>`,
    hint: 'A function is JavaScript, (data) => data, or Lua, return function(data) return data end',
  },
  {
    what: 'JavaScript that does not parse',
    text: `source: crud
event: consumers
handler: lambda
config:
  functions:
    - |
      (data) => {
        return { name: data.entity.name ;
      }
`,
    says: `8:9 error function_invalid: Error parsing function: SyntaxError: expecting '}'`,
    hint: 'A function is JavaScript, (data) => data, or Lua, return function(data) return data end',
  },
  {
    what: 'two languages',
    text: `source: crud
event: consumers
handler: lambda
config:
  functions:
    - "return function(data) return data end"
    - "(data) => data"
`,
    says: '6:5 error function_invalid: The functions of one hook must all be in one language: got JavaScript and Lua',
    hint: 'Split the hook in two, or set config.language',
  },
  {
    what: 'a language by another name',
    text: `source: crud
event: consumers
handler: lambda
config:
  language: js
  functions:
    - "(data) => data"
`,
    says: '5:13 error bad_value: "config.language" must be one of javascript, lua, null: got "js"',
    hint: 'Null: whichever of the two the functions compile as.',
  },
  {
    what: 'one function for a list',
    text: `source: crud
event: consumers
handler: lambda
config:
  functions: "(data) => data"
`,
    says: '5:14 error wrong_type: "config.functions" must be a list: got "(data) => data"',
    hint: 'Write it as a list: a line of its own that begins with "- "',
  },
  {
    what: 'a filter that ends too early',
    text: `source: crud
event: consumers
handler: webhook
config:
  url: https://example.com/hook
  ssl_verify: true
filter: data.operation == "create" &&
`,
    says: '7:38 error filter_invalid: Cannot compile the filter: Unexpected token: EOF',
    hint: 'The expression ends where something must follow',
  },
  {
    what: 'a filter that assigns',
    text: `source: crud
event: consumers
handler: webhook
config:
  url: https://example.com/hook
  ssl_verify: true
filter: data.operation = "create"
`,
    says: '7:24 error filter_invalid: Cannot compile the filter: Unexpected character: =',
    hint: 'Write == for =',
  },
  {
    what: 'a filter with words for operators',
    text: `source: crud
event: consumers
handler: webhook
config:
  url: https://example.com/hook
  ssl_verify: true
filter: data.operation == "create" and data.entity.id == "x"
`,
    says: `7:36 error filter_invalid: Cannot compile the filter: Unexpected character: 'd'`,
    hint: 'Write && for and',
  },
  {
    what: 'a filter that compares a text with a number',
    text: `source: crud
event: consumers
handler: webhook
config:
  url: https://example.com/hook
  ssl_verify: true
filter: source > 5
`,
    says: '7:9 error filter_invalid: Cannot compile the filter: no such overload: string > int',
    hint: 'Both sides must be of one type: one is string, one int',
  },
  {
    what: 'a filter that reads a field without data',
    text: `source: crud
event: consumers
handler: webhook
config:
  url: https://example.com/hook
  ssl_verify: true
filter: entity.username == "jane"
`,
    says: '7:9 error filter_invalid: Cannot compile the filter: Unknown variable: entity',
    hint: 'The fields of an event are in data: data.entity',
  },
  {
    what: 'a filter that is a text',
    text: `source: crud
event: consumers
handler: webhook
config:
  url: https://example.com/hook
  ssl_verify: true
filter: "create"
`,
    says: '7:10 error filter_invalid: Cannot compile the filter: Unknown variable: create',
    hint: 'A text has quotes within those of YAML: filter: event == "create"',
  },
  {
    what: 'a filter that is no condition',
    text: `source: crud
event: consumers
handler: webhook
config:
  url: https://example.com/hook
  ssl_verify: true
filter: event + "x"
`,
    says: '7:9 error filter_invalid: Cannot compile the filter: its value must be true or false, but is of type string',
    hint: 'Compare it with something, as in event == "create"',
  },
  {
    what: 'a typo in a function of CEL',
    text: `source: crud
event: consumers
handler: webhook
config:
  url: https://example.com/hook
  ssl_verify: true
filter: data.operation.startWith("cre")
`,
    says: `7:9 error filter_invalid: Cannot compile the filter: found no matching overload for 'dyn.startWith(string)'`,
    hint: 'Did you mean "startsWith"?',
  },
  {
    what: 'quotes in a filter in quotes',
    text: `source: crud
event: consumers
handler: webhook
config:
  url: https://example.com/hook
  ssl_verify: true
filter: "data.operation == "create""
`,
    says: '7:29 error yaml_syntax: The value has ended before this',
    hint: `Put quotes round the whole value; within '…' a ' is written twice, within "…" a " has a \\ before it`,
  },
  {
    what: 'a reference in a part of a url',
    text: `source: crud
event: consumers
handler: webhook
config:
  url: "https://example.com/{vault://env/path}"
  ssl_verify: true
`,
    says: '5:8 error bad_value: "config.url" must be an http or https URL with a host, or a reference such as {vault://env/NAME}: got "https://example.com/{vault://env/path}"',
    hint: 'A reference is the whole value: put the whole URL into what it names',
  },
  {
    what: 'a reference behind Bearer',
    text: `source: crud
event: consumers
handler: webhook
config:
  url: https://example.com/hook
  ssl_verify: true
  headers: { authorization: "Bearer {vault://env/token}" }
`,
    says: '7:29 warning reference_unresolved: The reference is not the whole value: it is not resolved but sent as it is written',
    hint: 'Write auth: { bearer: "{vault://env/token}" }, or put all of the value into what it names',
  },
  {
    what: 'a reference with one slash',
    text: `source: crud
event: consumers
handler: webhook
config:
  url: https://example.com/hook
  ssl_verify: true
  headers: { authorization: "{vault:/env/X}" }
`,
    says: '7:29 error reference_invalid: This is no reference, though nearly one',
    hint: 'Did you mean "{vault://env/X}"?',
  },
  {
    what: 'a reference with one slash for a url',
    text: `source: crud
event: consumers
handler: webhook
config:
  url: "{vault:/env/X}"
  ssl_verify: true
`,
    says: '5:8 error bad_value: "config.url" must be an http or https URL with a host, or a reference such as {vault://env/NAME}: got "{vault:/env/X}"',
    hint: 'Did you mean "{vault://env/X}"?',
  },
  {
    what: 'a typo in a reference',
    text: `source: crud
event: consumers
handler: webhook
config:
  url: "{vault://envv/X}"
  ssl_verify: true
`,
    says: '5:8 error reference_invalid: could not find vault (envv)',
    hint: 'Did you mean "{vault://env/X}"?',
  },
  {
    what: 'a reference as a template',
    text: `source: crud
event: consumers
handler: webhook
config:
  url: https://example.com/hook
  ssl_verify: true
  secret: "{{vault://env/X}}"
`,
    says: '7:11 error reference_invalid: This is no reference, though nearly one',
    hint: 'Did you mean "{vault://env/X}"?',
  },
  {
    what: 'a variable of a shell',
    text: `source: crud
event: consumers
handler: webhook
config:
  url: https://example.com/hook
  ssl_verify: true
  headers: { authorization: "\${TOKEN}" }
`,
    says: '7:29 warning plain_secret: "config.headers.authorization" holds a secret in clear: anyone who can read the file can use it',
    hint: 'Put a reference in its place, such as "{vault://env/TOKEN}"',
  },
  {
    what: 'a secret in clear',
    text: `source: crud
event: consumers
handler: webhook
config:
  url: https://example.com/hook
  ssl_verify: true
  secret: hunter2
`,
    says: '7:11 warning plain_secret: "config.secret" holds a secret in clear: anyone who can read the file can use it',
    hint: 'Put a reference in its place, such as "{vault://env/MY_SECRET}"',
  },
  {
    what: 'a key twice',
    text: `source: crud
event: consumers
handler: webhook
config:
  url: https://example.com/hook
  ssl_verify: true
  url: https://example.com/other
`,
    says: '7:3 error yaml_duplicate_key: Key "url" is given twice',
    hint: 'Keep one',
  },
  {
    what: 'no url',
    text: `source: crud
event: consumers
handler: webhook
config:
  ssl_verify: true
`,
    says: '5:3 error missing_key: Missing key "url" in "config"',
    hint: 'Where the request goes: http or https, or a reference such as {vault://env/slack-url}.',
  },
  {
    what: 'no config',
    text: `source: crud
event: consumers
handler: webhook
`,
    says: '1:1 error missing_key: Missing key "config": handler "webhook" needs it',
    hint: 'config: { url: … }',
  },
  {
    what: 'a config of nothing',
    text: `source: crud
event: consumers
handler: webhook
config:
`,
    says: '4:8 error wrong_type: "config" must be a map of keys and values: got null',
    hint: 'Nothing stands below it: indent what belongs to it, or write {}',
  },
  {
    what: 'a config as a list',
    text: `source: crud
event: consumers
handler: webhook
config:
  - url: https://example.com/hook
  - ssl_verify: true
`,
    says: '5:3 error wrong_type: "config" must be a map of keys and values: got a list',
    hint: 'Leave out the dashes: it is one map, not a list',
  },
  {
    what: 'a method in small letters',
    text: `source: crud
event: consumers
handler: webhook-custom
config:
  method: post
  url: https://example.com/hook
  ssl_verify: true
`,
    says: '5:11 error bad_value: "config.method" must match ^[A-Z]+$: got "post"',
    hint: 'Did you mean "POST"?',
  },
  {
    what: 'a method there is none of',
    text: `source: crud
event: consumers
handler: webhook-custom
config:
  method: SEND
  url: https://example.com/hook
  ssl_verify: true
`,
    says: '5:11 warning likely_typo: HTTP has no method "SEND": receivers refuse it',
    hint: 'Known: GET, POST, PUT, PATCH, DELETE, HEAD',
  },
  {
    what: 'a url without a scheme',
    text: `source: crud
event: consumers
handler: webhook
config:
  url: example.com/hook
  ssl_verify: true
`,
    says: '5:8 error bad_value: "config.url" must be an http or https URL with a host, or a reference such as {vault://env/NAME}: got "example.com/hook"',
    hint: 'Begin it with https:// or http://',
  },
  {
    what: 'a typo in a scheme',
    text: `source: crud
event: consumers
handler: webhook
config:
  url: htps://example.com/hook
  ssl_verify: true
`,
    says: '5:8 error bad_value: "config.url" must be an http or https URL with a host, or a reference such as {vault://env/NAME}: got "htps://example.com/hook"',
    hint: 'Did you mean https://?',
  },
  {
    what: 'a template in a url',
    text: `source: crud
event: consumers
handler: webhook-custom
config:
  method: POST
  url: "https://example.com/{{ entity.id }}"
  ssl_verify: true
`,
    says: '6:8 error bad_value: "config.url" must be an http or https URL with a host, or a reference such as {vault://env/NAME}: got "https://example.com/{{ entity.id }}"',
    hint: 'A URL is no template: what differs goes into payload, body or headers',
  },
  {
    what: 'a snooze with a unit',
    text: `source: crud
event: consumers
handler: webhook
config:
  url: https://example.com/hook
  ssl_verify: true
snooze: 60s
`,
    says: '7:9 error wrong_type: "snooze" must be an integer or null: got "60s"',
    hint: 'Write 60: a number of seconds',
  },
  {
    what: 'a snooze below zero',
    text: `source: crud
event: consumers
handler: webhook
config:
  url: https://example.com/hook
  ssl_verify: true
snooze: -1
`,
    says: '7:9 error bad_value: "snooze" must be 0 or more: got -1',
    hint: 'Seconds to stay silent after an event was let through. With on_change each different event has a window of its own. 0 and null: none.',
  },
  {
    what: 'a timeout in quotes',
    text: `source: crud
event: consumers
handler: webhook
config:
  url: https://example.com/hook
  ssl_verify: true
timeout: "30s"
`,
    says: '7:10 error wrong_type: "timeout" must be a number: got "30s"',
    hint: 'Write 30: a number of seconds',
  },
  {
    what: 'yes for true',
    text: `source: crud
event: consumers
handler: webhook
config:
  url: https://example.com/hook
  ssl_verify: true
on_change: yes
`,
    says: '7:12 error wrong_type: "on_change" must be true or false or null: got "yes"',
    hint: 'Write true, without quotes: to YAML 1.2 yes and on are texts',
  },
  {
    what: 'a number of tries for retry',
    text: `source: crud
event: consumers
handler: webhook
config:
  url: https://example.com/hook
  ssl_verify: true
retry: 3
`,
    says: '7:8 error wrong_type: "retry" must be a map of keys and values or null: got 3',
    hint: 'Write a map, of attempts, schedule, initial, factor, max, jitter, budget',
  },
  {
    what: 'a map for a body',
    text: `source: crud
event: consumers
handler: webhook-custom
config:
  method: POST
  url: https://example.com/hook
  ssl_verify: true
  body: {"text": "{{ entity.username }}"}
`,
    says: '8:9 error wrong_type: "config.body" must be a string or null: got a map',
    hint: 'Quote all of it to make it a text',
  },
  {
    what: 'several documents without names',
    text: `source: crud
event: consumers
handler: webhook
config:
  url: https://example.com/hook
  ssl_verify: true
---
source: crud
event: consumers
handler: webhook
config:
  url: https://example.com/hook
  ssl_verify: true
`,
    says: '1:1 error name_missing: Missing key "name"',
    hint: 'A file with several documents cannot name them: say name: in each',
  },
  {
    what: 'several definitions in a list',
    text: `- source: crud
  event: consumers
  handler: log
- source: crud
  event: routes
  handler: log
`,
    says: '1:1 error document_not_object: A definition must be a map of keys and values',
    hint: 'Write source: and handler: without dashes; several definitions have a line of --- between them',
  },
  {
    what: 'a name with a space',
    text: `name: My hook
source: crud
event: consumers
handler: webhook
config:
  url: https://example.com/hook
  ssl_verify: true
`,
    says: '1:7 error bad_value: "name" must match ^[A-Za-z0-9][A-Za-z0-9._/-]*$: got "My hook"',
    hint: 'Unique among all hooks: letters, digits and . _ - /. Default: the path of the file below its root, without its ending. Required when a file has several documents.',
  },
  {
    what: 'a definition as Kubernetes has them',
    text: `apiVersion: hookline.dev/v1
kind: EventHook
metadata:
  name: tell
spec:
  source: crud
  handler: log
`,
    says: '1:1 error unknown_key: A definition has no "apiVersion", "metadata" and "spec"',
    hint: 'Write what stands in spec: without it, and metadata.name as name:',
  },
  {
    what: 'an event source without its kind',
    text: `name: billing5
events:
  invoice.paid: {}
`,
    says: '2:1 error unknown_key: Key "events" stands in a hook, not in an event source',
    hint: 'Say kind: EventSource',
  },
  {
    what: 'an event source without events',
    text: `kind: EventSource
name: billing
`,
    says: '1:1 error source_empty: Source "billing" has no event: nothing could ever come of it',
    hint: 'Declare one: events: { NAME: {} }',
  },
  {
    what: 'an event of nothing',
    text: `kind: EventSource
name: billing4
events:
  invoice.paid:
`,
    says: '4:16 error wrong_type: "events.invoice.paid" must be a map of keys and values: got null',
    hint: 'Nothing stands below it: indent what belongs to it, or write {}',
  },
  {
    what: 'nothing but a comment',
    text: `# TODO
`,
    says: '1:1 error file_empty: The file holds no definition',
    hint: 'Remove the file; to switch a hook off, say enabled: false in it',
  },
  {
    what: 'a HookTest among definitions',
    text: `kind: HookTest
tests:
  - name: x
    hooks: [a]
    events: [{ source: crud, event: consumers, data: {} }]
`,
    says: '1:7 error test_misplaced: A HookTest stands in a file of definitions',
    hint: 'Put it into a file named as tests are, such as hook.test.yaml',
  },
  {
    what: 'a comma too many in JSON',
    file: 'hook.json',
    text: `{
  "source": "crud",
  "event": "consumers",
  "handler": "log",
}
`,
    says: '4:19 error json_syntax: The file is no JSON: remove this comma: nothing follows it but "}"',
    hint: 'Mend it, or end the name of the file with .yaml: YAML takes it',
  },
  {
    what: 'a comma too few in JSON',
    file: 'hook.json',
    text: `{
  "source": "crud"
  "event": "consumers",
  "handler": "log"
}
`,
    says: '3:3 error yaml_syntax: Missing , between flow map items',
    hint: 'Put a comma at the end of the item before',
  },
  {
    what: 'a comment in JSON',
    file: 'hook.json',
    text: `{
  // hello
  "source": "crud",
  "handler": "log"
}
`,
    says: '2:3 error json_syntax: The file is no JSON: expected a key in double quotes, got "/"',
    hint: 'Mend it, or end the name of the file with .yaml: YAML takes it',
  },
];

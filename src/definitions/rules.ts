/** Whether a problem stops a load (`error`) or is only said (`warning`). */
export type Severity = 'error' | 'warning';

/** What definitions are held against. */
export interface Rule {
  readonly severity: Severity;
  /** What breaks it, in one sentence without a full stop. */
  readonly summary: string;
  /** What to do about it. */
  readonly remedy: string;
}

const error = (summary: string, remedy: string) => ({ severity: 'error', summary, remedy }) as const;
const warning = (summary: string, remedy: string) => ({ severity: 'warning', summary, remedy }) as const;

/**
 * The closed list of what can be wrong with a definition. Names are stable: scripts, silences and the README refer to
 * them. The README's table is made of it (`npm run rules`).
 */
export const RULES = {
  file_unreadable: error('A file cannot be read', 'See its permissions, and what it links to'),
  file_too_large: error('A file has more than 1 MiB', 'Split it in several files'),
  file_not_utf8: error('A file is not UTF-8', 'Save it as UTF-8'),
  file_empty: error(
    'A file holds no definition',
    'Remove the file; `enabled: false` switches a hook off and keeps it',
  ),
  lfs_pointer: error('Git LFS has the file, and left a pointer', 'Take it out of LFS: `git lfs untrack`'),
  more_problems: error('A file has more than 100 problems', 'Mend those that are listed first'),
  yaml_syntax: error(
    'The text is no YAML',
    'Look at the place and the line before it: indentation, quotes, tabs',
  ),
  json_syntax: error(
    'A file whose name ends with `.json` is YAML, but no JSON',
    'Mend it, or end its name with `.yaml`',
  ),
  yaml_duplicate_key: error('A map has a key twice', 'Remove one of them'),
  yaml_alias_limit: error('Aliases stand for too much', 'Write out what they stand for'),
  yaml_too_deep: error('Values nest deeper than 100 levels', 'Nest less'),
  document_not_object: error(
    'A document is no map of keys and values',
    'Begin with `source:` and `handler:`',
  ),
  name_missing: error('One of several documents of a file has no name', 'Give each a `name`'),
  name_duplicate: error('Two hooks have one name', 'Rename one of them'),
  id_duplicate: error('Two hooks have one id', 'Remove the `id` of one: it then follows from the name'),
  name_not_owned: error(
    'A hook has a name that its source may not give',
    'Begin the name with a prefix the settings allow the source',
  ),
  unknown_key: error('A key that definitions do not have', 'Mind the spelling and the indentation'),
  missing_key: error('A key is missing that has no default', 'Add it'),
  wrong_type: error('A value is of the wrong type', 'Write the type that the message names'),
  bad_value: error('A value is not one of those that can be', 'Write one of those that the message names'),
  unknown_kind: error(
    'A kind of definition that is not known',
    'Write `EventHook`, `EventSource` or nothing',
  ),
  test_misplaced: error(
    'A `HookTest` stands in a file of definitions, or a definition in a file of tests',
    'Tests are in files whose names end with `.test.yaml`, and nothing else is there',
  ),
  unknown_hook: error('A test names a hook that there is not', 'Mind the spelling'),
  unknown_handler: error(
    'A handler that is not known',
    'Write `webhook`, `webhook-custom`, `log` or `lambda`',
  ),
  unknown_source: error(
    'A source that nothing declares',
    'Mind the spelling, or declare it as an `EventSource`',
  ),
  unknown_event: error(
    'An event that its source does not have',
    'Mind the spelling, or declare it under `events`',
  ),
  source_duplicate: error('Two documents declare one source', 'Put the events of both under one of them'),
  source_reserved: error('A source has the name of one that is built in', 'Rename it'),
  source_empty: error(
    'A source has no events, and nothing that brings its own',
    'Declare one under `events`, or a `schedule`',
  ),
  cloudevents_duplicate: error(
    'Two sources ask for the same CloudEvents',
    'Make the pattern of one more exact',
  ),
  schema_invalid: error('The schema of an event does not compile', 'Mend it as the message says'),
  schedule_invalid: error(
    'A schedule cannot be understood',
    'Five fields, as in `0 7 * * MON-FRI`, and a time zone',
  ),
  template_invalid: error('A template does not compile', 'Mend it as the message says'),
  filter_invalid: error(
    'A filter does not compile, or is no condition',
    'Write a CEL expression that is true or false',
  ),
  function_invalid: error('A function does not compile', 'Mend it as the message says'),
  reference_invalid: error(
    'A reference cannot be read',
    'Write `{vault://env/NAME}` or `{vault://file/PATH}`',
  ),
  reference_reserved: error(
    'A hook refers to what the settings refer to',
    'Give hooks variables and files of their own',
  ),
  reference_unresolved: warning(
    'A reference stands where none is resolved, and is sent as it is written',
    'Make it the whole value, in `url`, `headers`, `secret` or `payload`',
  ),
  unknown_field: warning(
    'A template or filter reads a field that the event is not known to have',
    'Mind the spelling, or list it under `fields` of the event, or in its `schema`',
  ),
  template_type: warning(
    'A template loops over what has no items',
    'Loop over a list or an object, or write the value out',
  ),
  filter_type: warning(
    'A filter does with a field what its type does not allow',
    'Write the value as the schema of the event has it; the message says of what type it is',
  ),
  ssl_verify_unsaid: warning(
    'The certificate of a receiver is not verified, and nothing says that this is meant',
    'Say `ssl_verify: true`, or `false` to mean it',
  ),
  value_commented: warning(
    'A value is empty because what stands there begins with `#`, as a comment does',
    'Put it in quotes, or a space after the `#`',
  ),
  gateway_template: warning(
    'A template has a piece that is one to Kong Gateway, and is sent as it is written',
    'Write `{{ }}`, or `{{#if }}` and `{{#each }}`: `hookline import` does',
  ),
  likely_typo: warning(
    'A method or header of a request is none that is known, and nearly one that is',
    'Mind the spelling',
  ),
  url_without_tls: warning(
    'A hook or a source talks to a host on the internet without TLS',
    'Write `https:`; what names or addresses of a private network belong to may do without',
  ),
  plain_secret: warning('A secret stands in the file in clear', 'Refer to it: `{vault://env/NAME}`'),
  never_matches: warning(
    'A filter, or a part of it, can never hold',
    'Mend it; `enabled: false` switches a hook off',
  ),
  always_matches: warning('A filter, or a part of it, always holds', 'Mend it, or leave it out'),
  never_unchanged: warning(
    'No two events of a hook can be the same, so `on_change` stops none',
    'List under `unique` of the event what makes two the same, or remove `on_change`',
  ),
  never_snoozed: warning('Ticks of a schedule are further apart than the `snooze`', 'Remove the `snooze`'),
  request_duplicate: warning(
    'Two hooks send the same request for the same event',
    'Remove one of them, or have their filters tell events apart',
  ),
  unknown_global: warning(
    'A function uses a name that its sandbox does not have',
    'Use what the sandbox has, or ask whether the name is there first',
  ),
  never_returns: warning(
    'A function returns nothing where something is needed',
    'Return the data, or remove the function',
  ),
  silence_invalid: warning(
    'A silence has no reason, or names no warning',
    'Write `# hookline-ignore RULE: REASON`; errors cannot be silenced',
  ),
  silence_unused: warning('A silence silences nothing', 'Remove it'),
} as const satisfies Record<string, Rule>;

/** The name of a rule. */
export type ProblemCode = keyof typeof RULES;

/** Where all of this is written down for people. */
const README_URL = 'https://hookline.dev/README.md';

/** The place of a rule in the README. */
export function toRuleUrl(code: ProblemCode): string {
  return `${README_URL}#${code}`;
}

import { describe, expect, it } from 'vitest';
import { loadHook, loadText, problemsOf, toBrief } from '../helpers/load-text.ts';

const HOOK = 'source: crud\nhandler: log\n';

describe('the name of a hook', () => {
  it.each([
    ['slack-admins.yaml', 'slack-admins'],
    ['slack-admins.yml', 'slack-admins'],
    ['slack-admins.json', 'slack-admins'],
    ['TEAM/Slack.YAML', 'TEAM/Slack'],
    ['team/a/b.yaml', 'team/a/b'],
    ['v1.2.yaml', 'v1.2'],
    ['x.yaml/a.yaml', 'x.yaml/a'],
  ])('follows from the path of the file: %s', (file, name) => {
    const text = file.endsWith('.json') ? '{"source":"crud","handler":"log"}' : HOOK;
    expect(loadHook(text, file).name).toBe(name);
  });

  it('is the one the document says', () => {
    expect(loadHook(`name: other\n${HOOK}`).name).toBe('other');
  });

  it.each(['my hook.yaml', '-a.yaml', 'größe.yaml', 'a/\u001b[31m.yaml', `${'a'.repeat(201)}.yaml`])(
    'has to be said when a file cannot give one: %s',
    (file) => {
      const { problems } = loadText(HOOK, file);
      expect(problems.map(toBrief)).toEqual(['1:1 name_missing']);
      expect(problems[0]?.hint).toBe('Say name: in the file, or rename it');
      expect(loadHook(`name: a\n${HOOK}`, file).name).toBe('a');
    },
  );

  it('has to be said by each of several documents, which is said once', () => {
    const text = `name: one\n${HOOK}---\n${HOOK}---\n${HOOK}`;
    const { problems, definitions } = loadText(text);
    expect(problems.map(toBrief)).toEqual(['5:1 name_missing']);
    expect(problems[0]?.hint).toContain('say name: in each');
    expect(definitions).toMatchObject([{ definition: { name: 'one' }, origin: { line: 1 } }]);
  });

  it('follows from the file when only one document says anything', () => {
    expect(loadHook(`---\n${HOOK}---\n# nothing\n`).name).toBe('hook');
  });

  it.each([
    ['null', 'wrong_type'],
    ['7', 'wrong_type'],
    ['""', 'bad_value'],
    ['a b', 'bad_value'],
    ['.a', 'bad_value'],
    ['a'.repeat(201), 'bad_value'],
  ])('cannot be %s', (name, code) => {
    expect(problemsOf(`${HOOK}name: ${name}\n`)).toEqual([`3:7 ${code} name`]);
  });
});

describe('the id of a hook', () => {
  it('is a UUIDv5 of the name, the same on every machine', () => {
    expect(loadHook(HOOK, 'slack-admins.yaml').id).toBe('958ada6f-0687-566f-a10d-16a261aa88b6');
    expect(loadHook(`name: slack-admins\n${HOOK}`, 'elsewhere.yaml').id).toBe(
      '958ada6f-0687-566f-a10d-16a261aa88b6',
    );
  });

  it('outlives changes of everything but the name', () => {
    const changed = 'source: balancer\nhandler: lambda\nconfig: { functions: [() => 1] }\nsnooze: 5\n';
    expect(loadHook(changed, 'slack-admins.yaml').id).toBe(loadHook(HOOK, 'slack-admins.yaml').id);
    expect(loadHook(HOOK, 'other.yaml').id).not.toBe(loadHook(HOOK, 'slack-admins.yaml').id);
  });

  it('is the one the document says, in lower case', () => {
    expect(loadHook(`${HOOK}id: 937DF175-3DB2-4E6D-8AA1-D95C94A76089\n`).id).toBe(
      '937df175-3db2-4e6d-8aa1-d95c94a76089',
    );
  });

  it.each([
    ['7', 'wrong_type'],
    ['null', 'wrong_type'],
    ['slack', 'bad_value'],
    ['937df1753db24e6d8aa1d95c94a76089', 'bad_value'],
  ])('cannot be %s', (id, code) => {
    expect(problemsOf(`${HOOK}id: ${id}\n`)).toEqual([`3:5 ${code} id`]);
  });
});

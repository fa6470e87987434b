import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runTests } from '../src/cli/test-run.ts';
import { isDefinitionFile } from '../src/definitions/file-text.ts';
import { createHookTesting } from '../src/hook-testing.ts';
import { createPrepare, type Prepared } from '../src/reconcile/prepare.ts';
import { createSandbox } from '../src/sandbox/pool.ts';
import entities from './fixtures/reference/entities.json' with { type: 'json' };
import { loadText, toBrief } from './helpers/load-text.ts';

const EXAMPLES = globSync('hooks.d/**/*.yaml').filter(isDefinitionFile).toSorted();
const TESTS = globSync('hooks.d/**/*.test.yaml').toSorted();
const REFERENCE = globSync('test/fixtures/reference/*.yaml').toSorted();

const sandbox = createSandbox();
afterAll(() => sandbox.close());

/** Loads files by the steps that bring them live. Nothing of the environment is read. */
function prepareFiles(files: readonly string[]): Promise<Prepared> {
  return createPrepare(sandbox)(files.map((file) => loadText(readFileSync(file), basename(file))));
}

describe('hooks.d', () => {
  it('goes live as it is, without a warning', async () => {
    const { good, hooks, problems } = await prepareFiles(EXAMPLES);
    expect({ good, problems }).toEqual({ good: true, problems: [] });
    expect(hooks.length).toBeGreaterThanOrEqual(EXAMPLES.length);
  });

  it('has an example of each handler', async () => {
    const { hooks } = await prepareFiles(EXAMPLES);
    expect(new Set(hooks.map(({ hook }) => hook.handler))).toEqual(
      new Set(['webhook', 'webhook-custom', 'log', 'lambda']),
    );
  });
});

describe('each example', () => {
  it.each([...EXAMPLES, ...REFERENCE, ...TESTS])('tells an editor which schema it follows: %s', (file) => {
    const [first = ''] = readFileSync(file, 'utf8').split('\n');
    const [, path = ''] = /^# yaml-language-server: \$schema=(\S+)$/.exec(first) ?? [];
    const schema = TESTS.includes(file) ? 'hook-test.schema.json' : 'definition.schema.json';
    expect(basename(path)).toBe(schema);
    expect(existsSync(join(dirname(file), path))).toBe(true);
  });

  it.each(EXAMPLES)('has tests beside it: %s', (file) => {
    expect(TESTS).toContain(file.replace(/\.yaml$/, '.test.yaml'));
  });
});

describe('the tests beside the examples', () => {
  it('pass', async () => {
    await using testing = createHookTesting();
    const files = TESTS.map((path) => ({ path, root: 'hooks.d' }));
    const { results, problems } = await runTests(testing, {
      files,
      pattern: null,
      update: false,
      stdin: process.stdin,
    });
    expect(problems).toEqual([]);
    expect(results.flatMap(({ failures }) => failures)).toEqual([]);
    expect(results.length).toBeGreaterThanOrEqual(TESTS.length);
  });
});

describe('the examples of the reference', () => {
  it('are all there', () => {
    expect(REFERENCE.map((file) => basename(file))).toEqual(Object.keys(entities).toSorted());
  });

  it.each(Object.entries(entities))('load as the entity the reference answers: %s', async (file, entity) => {
    const { good, hooks } = await prepareFiles([`test/fixtures/reference/${file}`]);
    expect(good).toBe(true);
    expect(hooks.map(({ hook }) => hook)).toMatchObject([entity]);
  });

  it('go live together, with a warning for each certificate that is not checked', async () => {
    const { good, problems } = await prepareFiles(REFERENCE);
    expect(good).toBe(true);
    expect(problems.map((problem) => `${problem.file}:${toBrief(problem)}`)).toEqual([
      'consumers-webhook.yaml:7:8 ssl_verify_unsaid config.url',
      'slack-admins.yaml:8:8 ssl_verify_unsaid config.url',
    ]);
  });

  it('run: the error of the lambda comes back as its text', async () => {
    const { hooks } = await prepareFiles(['test/fixtures/reference/consumers-lambda.yaml']);
    const program = hooks[0]?.compiled.program ?? { language: 'lua', functions: [] };
    const data = { entity: { username: 'Jane Austen' } };
    const args = { hook: 'consumers-lambda', data, event: 'consumers', source: 'crud', pid: 42 };
    expect(await sandbox.run(program, args)).toMatchObject({
      kind: 'error',
      reason: 'thrown',
      message: expect.stringContaining('Event hook on consumer Jane Austen'),
    });
  });
});

import { execFile } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createLocalRepository, type LocalRepository } from '../helpers/local-repository.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const LOG = 'source: crud\nevent: consumers\nhandler: log\n';
const TEST = `kind: HookTest
tests:
  - name: is logged
    hooks: [log]
    events: [{ source: crud, event: consumers, data: {} }]
    expect: { logs: [{ event: consumers }] }
`;

const JSON_TEST = {
  kind: 'HookTest',
  tests: [{ name: 'is logged', hooks: ['log'], events: [{ source: 'crud', event: 'consumers', data: {} }] }],
};

/** What a step came to. */
interface Ended {
  readonly code: number;
  readonly output: string;
}

interface Step {
  readonly name?: string;
  readonly run?: string;
  readonly if?: string;
  readonly env?: Readonly<Record<string, string>>;
}

function read(file: string): unknown {
  return parse(readFileSync(join(ROOT, file), 'utf8'));
}

/** A repository with hooks on its first commit, in which `hookline` is the program of this checkout. */
function createProject(): LocalRepository & { readonly base: string } {
  const repository = createLocalRepository();
  repository.write('bin/hookline', `#!/bin/sh\nexec '${process.execPath}' '${ROOT}src/main.ts' "$@"\n`);
  chmodSync(join(repository.path, 'bin/hookline'), 0o755);
  repository.write('hooks.d/log.yaml', LOG);
  return { ...repository, base: repository.commit() };
}

/** Runs a script as the runners of code hosts do. */
function run(
  project: LocalRepository,
  script: string,
  env: Readonly<Record<string, string>>,
): Promise<Ended> {
  const options = {
    cwd: project.path,
    env: { PATH: `${project.path}/bin:${process.env.PATH}`, NO_COLOR: '1', ...env },
  };
  return new Promise((resolve) => {
    execFile('bash', ['--norc', '-e', '-o', 'pipefail', '-c', script], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr });
    });
  });
}

/** Runs the steps of the action that are run with no version to install; answers them by name, up to the first that fails. */
async function runAction(project: LocalRepository, inputs: Readonly<Record<string, string>>) {
  const { runs } = read('action.yml') as { readonly runs: { readonly steps: readonly Step[] } };
  const ended: Record<string, Ended> = {};
  for (const step of runs.steps) {
    if (step.run === undefined || step.if?.includes('inputs.version') === true) continue;
    if (step.if !== undefined && inputs.base === '') continue;
    const env = Object.entries(step.env ?? {}).map(([name, value]) => {
      const [, input = ''] = /^\$\{\{ inputs\.(\w+) \}\}$/.exec(value) ?? [];
      return [name, inputs[input] ?? ''] as const;
    });
    const one = await run(project, step.run, {
      ...Object.fromEntries(env),
      GITHUB_STEP_SUMMARY: join(project.path, 'summary.md'),
    });
    ended[step.name ?? ''] = one;
    if (one.code !== 0) break;
  }
  return ended;
}

describe('the action for GitHub', () => {
  it('validates, tests, and writes what a pull request changes into its summary', async () => {
    using project = createProject();
    project.write('hooks.d/log.test.yaml', TEST);
    project.write('hooks.d/more.yaml', LOG);
    const inputs = { path: 'hooks.d', strict: 'true', base: project.base };
    const { Validate, Test, Compare } = await runAction(project, inputs);
    expect(Validate).toEqual({ code: 0, output: '' });
    expect(Test?.output).toContain('Passed: 1 test');
    expect(Compare).toEqual({ code: 0, output: '' });
    expect(readFileSync(join(project.path, 'summary.md'), 'utf8')).toContain('more');
  });

  it('runs tests however many there are', async () => {
    using project = createProject();
    writeManyTests(project);
    const { Test } = await runAction(project, { path: 'hooks.d', strict: 'false', base: '' });
    expect(Test).toMatchObject({ code: 0, output: expect.stringContaining('Passed: 600 tests') });
  });

  it('ends at a mistake, which it shows beside its line', async () => {
    using project = createProject();
    project.write('hooks.d/log.yaml', LOG.replace('log', 'lgo'));
    const ended = await runAction(project, { path: 'hooks.d', strict: 'false', base: project.base });
    expect(ended).toEqual({
      Validate: {
        code: 1,
        output: expect.stringMatching(
          /^::error file=hooks\.d\/log\.yaml,line=3,col=10,title=unknown_handler::/,
        ),
      },
    });
  });

  it('compares hooks that are all new with nothing', async () => {
    using project = createProject();
    project.write('more.d/log.yaml', LOG);
    project.write('more.d/log.test.json', JSON.stringify(JSON_TEST));
    const { Test, Compare } = await runAction(project, {
      path: 'more.d',
      strict: 'false',
      base: project.base,
    });
    expect(Test).toMatchObject({ code: 0, output: expect.stringContaining('Passed: 1 test') });
    expect(Compare).toEqual({ code: 0, output: '' });
    expect(readFileSync(join(project.path, 'summary.md'), 'utf8')).toContain('All hooks are new');
  });

  it('fails where it cannot compare, and compares nothing without a base', async () => {
    using project = createProject();
    const { Compare } = await runAction(project, { path: 'hooks.d', strict: 'false', base: 'f'.repeat(40) });
    expect(Compare?.code).not.toBe(0);
    const ended = await runAction(project, { path: 'hooks.d', strict: 'false', base: '' });
    expect(Object.keys(ended)).toEqual(['Validate', 'Test']);
  });
});

/** Names of so many tests that they do not fit into a pipe: what lists them is ended when nobody reads on. */
function writeManyTests(project: LocalRepository): void {
  for (let index = 0; index < 600; index += 1)
    project.write(`hooks.d/${'long-'.repeat(40)}${index}.test.yaml`, TEST);
}

describe('the template for GitLab', () => {
  const { hookline } = read('ci/hookline.gitlab-ci.yml') as {
    readonly hookline: { readonly script: readonly string[] };
  };

  it('leaves reports that GitLab reads', async () => {
    using project = createProject();
    project.write('hooks.d/log.test.yaml', TEST);
    project.write('hooks.d/more.yaml', LOG);
    const env = { HOOKS: 'hooks.d', CI_MERGE_REQUEST_DIFF_BASE_SHA: project.base };
    const { code, output } = await run(project, hookline.script.join('\n'), env);
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('more') });
    expect(JSON.parse(readFileSync(join(project.path, 'gl-code-quality-report.json'), 'utf8'))).toEqual([]);
    expect(readFileSync(join(project.path, 'hookline-tests.xml'), 'utf8')).toContain('<testsuite');
  });

  it('runs tests however many there are', async () => {
    using project = createProject();
    writeManyTests(project);
    const { output } = await run(project, hookline.script.join('\n'), { HOOKS: 'hooks.d' });
    expect(output).toContain('Passed: 600 tests');
  });

  it('ends at a mistake, which it prints and reports', async () => {
    using project = createProject();
    project.write('hooks.d/log.yaml', LOG.replace('log', 'lgo'));
    const { code, output } = await run(project, hookline.script.join('\n'), { HOOKS: 'hooks.d' });
    expect({ code, output }).toEqual({
      code: 1,
      output: expect.stringContaining('hooks.d/log.yaml:3:10 error'),
    });
    expect(JSON.parse(readFileSync(join(project.path, 'gl-code-quality-report.json'), 'utf8'))).toMatchObject(
      [{ check_name: 'unknown_handler' }],
    );
  });
});

it('offers hooks for pre-commit that are commands there are', async () => {
  const hooks = read('.pre-commit-hooks.yaml') as readonly {
    readonly id: string;
    readonly entry: string;
    readonly args: readonly string[];
  }[];
  using project = createProject();
  project.write('hooks.d/log.test.yaml', TEST);
  for (const { entry, args } of hooks) {
    expect(await run(project, [entry, ...args].join(' '), {})).toMatchObject({ code: 0 });
  }
});

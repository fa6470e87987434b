import { type App, startApp } from '../../src/app.ts';
import { type Clock, systemClock } from '../../src/clock.ts';
import type { Json } from '../../src/event.ts';
import { createLogger } from '../../src/logger.ts';
import type { Report } from '../../src/reconcile/report.ts';
import { loadSettings } from '../../src/settings.ts';
import type { SettingsFile } from '../../src/settings-file.ts';
import { createTempDir, type TempDir } from './temp-dir.ts';

/** An answer with its body as JSON. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** A whole Hookline of a test's own. */
export interface RunningApp extends AsyncDisposable {
  readonly app: App;
  readonly hooks: TempDir;
  readonly stateDir: string;
  readonly reports: readonly Report[];
  /** What was logged, a line each. */
  readonly log: readonly string[];
  /** Resolves once this holds; asked now and whenever something was logged. */
  untilLogged(holds: () => boolean): Promise<void>;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  post(path: string, body: Json | string | Uint8Array, headers?: Record<string, string>): Promise<Answer>;
  /** Emits an event and waits until nothing is in flight. */
  emit(source: string, event: string, data: Json): Promise<Answer>;
  /** Resolves with the next report of the reconciler. */
  nextReport(): Promise<Report>;
  /** Stops it and starts it again over the same files and state. */
  restart(): Promise<void>;
}

/** What a running app is made with. */
export interface RunningAppOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly settings?: SettingsFile;
  /** The machine's own when left out. */
  readonly clock?: Clock;
}

/** Starts Hookline over definition files, on a free port, with its state in a directory of its own. */
export async function runApp(
  files: Readonly<Record<string, string>>,
  options: RunningAppOptions = {},
): Promise<RunningApp> {
  const hooks = createTempDir();
  const state = createTempDir();
  for (const [file, content] of Object.entries(files)) hooks.write(file, content);
  const reports: Report[] = [];
  const log: string[] = [];
  const waiting: ((report: Report) => void)[] = [];
  let watching: readonly { readonly holds: () => boolean; readonly resolve: () => void }[] = [];
  const checkLog = (): void => {
    const met = watching.filter(({ holds }) => holds());
    watching = watching.filter((one) => !met.includes(one));
    for (const { resolve } of met) resolve();
  };
  const write = (line: string): void => {
    log.push(line);
    checkLog();
  };
  const start = (): Promise<App> =>
    startApp({
      settings: loadSettings({
        flags: {
          sources: [{ dir: hooks.path }],
          listen: '127.0.0.1:0',
          state: state.path,
          ...options.settings,
          reconcile: { ping_on_change: false, ...options.settings?.reconcile },
        },
        env: {},
        file: '/dev/null',
      }),
      env: options.env ?? {},
      logger: createLogger('debug', { write }),
      clock: options.clock ?? systemClock,
      onReport: (report) => {
        reports.push(report);
        for (const resolve of waiting.splice(0)) resolve(report);
      },
    });
  let app = await start();
  const ask = async (path: string, init: RequestInit): Promise<Answer> => {
    const response = await fetch(`${app.url}${path}`, init);
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json');
    return {
      status: response.status,
      headers: response.headers,
      body: isJson && text !== '' ? JSON.parse(text) : text,
    };
  };
  const post: RunningApp['post'] = (path, body, headers = {}) =>
    ask(path, {
      method: 'POST',
      body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    });
  return {
    get app() {
      return app;
    },
    hooks,
    stateDir: state.path,
    reports,
    log,
    untilLogged: (holds) =>
      new Promise((resolve) => {
        watching = [...watching, { holds, resolve }];
        checkLog();
      }),
    get: (path, headers = {}) => ask(path, { headers }),
    post,
    async emit(source, event, data) {
      const answer = await post('/events', { source, event, data });
      await app.idle();
      return answer;
    },
    nextReport: () => new Promise((resolve) => waiting.push(resolve)),
    async restart() {
      await app.stop();
      app = await start();
    },
    async [Symbol.asyncDispose]() {
      await app.stop();
      hooks[Symbol.dispose]();
      state[Symbol.dispose]();
    },
  };
}

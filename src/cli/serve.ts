import { type App, startApp } from '../app.ts';
import { systemClock } from '../clock.ts';
import { createLogger } from '../logger.ts';
import type { Report } from '../reconcile/reconciler.ts';
import { loadSettings, type SettingsFile } from '../settings.ts';
import { type CommandContext, type ExitCode, writeLine } from './command.ts';
import { count, createPaint } from './print.ts';
import { printProblems } from './print-problems.ts';

/** What `serve` is asked for besides what the settings say. */
export interface ServeOptions {
  readonly flags: SettingsFile;
  readonly settings: string | null;
}

/** Runs the server until it is told to stop. */
export async function serve(
  { flags, settings: file }: ServeOptions,
  context: CommandContext,
): Promise<ExitCode> {
  const { env, stopped, stderr } = context;
  const settings = loadSettings({ flags, env, file });
  const logger = createLogger(settings.logLevel);
  const paint = createPaint(stderr);
  const app: App = await startApp({
    settings,
    env,
    logger,
    clock: systemClock,
    onReport: (report, textOf) => {
      printProblems(stderr, report.kind === 'failed' ? [] : report.problems, { textOf, paint });
      writeLine(stderr, paint(report.kind === 'applied' ? 'green' : 'red', describeReport(report)));
    },
  });
  printWelcome(app, settings.dir, stderr);
  await stopped;
  writeLine(stderr, 'Stopping: finishing what is in flight');
  await app.stop();
  return 0;
}

function describeReport(report: Report): string {
  switch (report.kind) {
    case 'applied': {
      const { snapshot, changes } = report;
      const { created, updated, deleted } = changes;
      const loaded = `${count(snapshot.hooks.length, 'hook')} and ${count(snapshot.catalogue.sources.size, 'source')}`;
      return `Live: ${snapshot.revision} with ${loaded} (${created.length} created, ${updated.length} updated, ${deleted.length} deleted)`;
    }
    case 'refused':
      return `Refused: ${report.revision}; the last good snapshot keeps serving`;
    case 'failed':
      return `Failed: ${report.message}; trying again`;
  }
}

function printWelcome(app: App, dir: string, stderr: CommandContext['stderr']): void {
  writeLine(stderr);
  writeLine(stderr, `Hookline serves ${dir} on ${app.url}`);
  writeLine(stderr, 'Try:');
  writeLine(stderr, `  ${toCurl(app)}`);
  writeLine(stderr);
}

/** A line that works as it is: an event some live hook is for, or the built-in one closest to the reference. */
function toCurl({ intakeUrl, exampleEvent }: App): string {
  const body = JSON.stringify(exampleEvent());
  return `curl -s ${intakeUrl}/events -H 'content-type: application/json' -d '${body.replaceAll("'", "'\\''")}'`;
}

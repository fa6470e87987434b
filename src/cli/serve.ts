import { readdirSync } from 'node:fs';
import { type App, startApp } from '../app.ts';
import { systemClock } from '../clock.ts';
import { HooklineError, toMessage } from '../errors.ts';
import { createLogger } from '../logger.ts';
import { loadSettings, type Settings } from '../settings.ts';
import type { SettingsFile } from '../settings-file.ts';
import { toShownUrl } from '../shown-url.ts';
import type { SourceSettings } from '../source-settings.ts';
import { type CommandContext, type ExitCode, writeLine } from './command.ts';
import { createReportPrinter } from './report-printer.ts';

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
  for (const source of settings.sources) if (source.kind === 'dir') checkDirectory(source.dir);
  const logger = createLogger(settings.logLevel);
  const printer = createReportPrinter(context);
  let started: App | null = null;
  // From the first line on: one that comes early must not end the process.
  context.onHangup(() => void started?.reconcile());
  const app = await startApp({ settings, env, logger, clock: systemClock, onReport: printer.print });
  started = app;
  printer.release();
  printWelcome(app, settings, stderr);
  try {
    await Promise.race([stopped, app.failed]);
    writeLine(stderr, 'Stopping: finishing what is in flight');
  } finally {
    await app.stop();
  }
  return 0;
}

/** A directory that is not there yet is waited for; one that is there and cannot be read is a mistake. */
function checkDirectory(dir: string): void {
  try {
    readdirSync(dir);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw new HooklineError('directory_unreadable', `Cannot read directory "${dir}": ${toMessage(cause)}`, {
      cause,
    });
  }
}

function toPlace(source: SourceSettings): string {
  return source.kind === 'dir' ? source.dir : toShownUrl(source.url);
}

function printWelcome(app: App, settings: Settings, stderr: CommandContext['stderr']): void {
  const places = settings.sources.map(toPlace).join(' and ');
  writeLine(stderr);
  writeLine(stderr, `Hookline serves ${places} on ${app.url}`);
  writeLine(stderr, 'Try:');
  writeLine(stderr, `  ${toCurl(app, settings)}`);
  writeLine(stderr);
}

/**
 * A line that works as it is, but for files of certificates: an event some live hook is for, or the built-in one closest to
 * the reference.
 */
function toCurl({ intakeUrl, exampleEvent }: App, settings: Settings): string {
  const token = settings.tokens.length === 0 ? '' : ' -H "authorization: Bearer $HOOKLINE_TOKEN"';
  const body = JSON.stringify(exampleEvent());
  return `curl -s ${toReached(intakeUrl)}/events${toFiles(settings)}${token} -H 'content-type: application/json' -d '${body.replaceAll("'", "'\\''")}'`;
}

/** Every address of a machine is one to listen on; this is the one to send to from there. */
function toReached(url: string): string {
  return url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
}

/** What curl is to know of the certificates of where events go: only who calls knows their files. */
function toFiles({ intakeListen, tls, intakeTls }: Settings): string {
  const files = intakeListen === null ? tls : intakeTls;
  if (files === null) return '';
  return files.clientCa === null ? ' --cacert FILE' : ' --cacert FILE --cert CERT --key KEY';
}

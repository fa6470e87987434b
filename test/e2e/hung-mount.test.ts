import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { HURRIED } from '../helpers/crash-process.ts';
import { type Hang, hang } from '../helpers/hang.ts';
import { startCommand } from '../helpers/process.ts';
import { createTempDir } from '../helpers/temp-dir.ts';

/** A way to have the directory `far` hang for a server that runs beside it. */
interface Fault {
  readonly wrapper: readonly string[];
  readonly nodeOptions: string;
  /** Before the server is started. */
  prepare(dir: string): void;
  hang(dir: string): Pick<Hang, 'release'>;
}

interface Status {
  readonly hooks: number;
  readonly definition_sources: readonly { readonly name: string; readonly failure: unknown }[];
}

const LOG = 'source: crud\nhandler: log\n';
const SICK = new URL('../helpers/sick-directory.ts', import.meta.url).href;
const MOUNT = 'mount -i -t fuse -o fd=3,rootmode=40000,user_id=0,group_id=0 none far';
/** Mounts a file system nobody answers for when a line comes, and takes it away with the next. */
const MOUNTER = `( exec 3<>/dev/fuse; read -r _ < go; ${MOUNT}; read -r _ < go; exec 3<&-; umount -l far ) &`;

/** Says a line to the mounter, when it listens. */
function go(dir: string): void {
  writeFileSync(join(dir, 'go'), '\n');
}

const MOUNTED: Fault = {
  wrapper: ['unshare', '-Urm', 'sh', '-c', `${MOUNTER} exec "$0" "$@"`],
  nodeOptions: '',
  prepare: (dir) => execFileSync('mkfifo', [join(dir, 'go')]),
  hang(dir) {
    go(dir);
    return { release: () => go(dir) };
  },
};

const HELD: Fault = {
  wrapper: [],
  nodeOptions: ` --import ${SICK}`,
  prepare: () => undefined,
  hang: (dir) => hang(join(dir, 'far')),
};

function canMount(): boolean {
  using dir = createTempDir();
  dir.write('far/a.yaml', '');
  try {
    const script = `exec 3<>/dev/fuse; ${MOUNT}`;
    execFileSync('unshare', ['-Urm', 'sh', '-c', script], { cwd: dir.path, stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe('a server with a directory on a mount that hangs', () => {
  it.each([...(canMount() ? [['a mount', MOUNTED] as const] : []), ['a fault', HELD] as const])(
    '(%s) goes on with all there is but changes of that one, and with those when it answers again',
    async (_how, fault) => {
      using dir = createTempDir();
      dir.write('near/a.yaml', LOG);
      dir.write('far/b.yaml', LOG);
      dir.write('hookline.yaml', 'sources: [{ name: near, dir: near }, { name: far, dir: far }]\n');
      fault.prepare(dir.path);
      await using server = startCommand(['serve', '--listen', '127.0.0.1:0'], {
        cwd: dir.path,
        wrapper: fault.wrapper,
        env: { HOOKLINE_RECONCILE_POLL: '0.1', NODE_OPTIONS: `${HURRIED.NODE_OPTIONS}${fault.nodeOptions}` },
      });
      const [, url] = await server.printed(/serves .* on (http:\S+)/);
      const until = async (isSo: (status: Status) => boolean): Promise<Status> => {
        for (;;) {
          const status = (await (await fetch(`${url}/status`)).json()) as Status;
          if (isSo(status)) return status;
          await delay(20);
        }
      };
      await until(({ hooks }) => hooks === 2);

      const hung = fault.hang(dir.path);
      const failed = await until((status) =>
        status.definition_sources.some(({ failure }) => failure !== null),
      );
      expect(failed.definition_sources).toMatchObject([
        { name: 'near', failure: null },
        { name: 'far', failure: { reason: 'Timeout' } },
      ]);
      dir.write('near/c.yaml', LOG);
      await until(({ hooks }) => hooks === 3);
      const body = JSON.stringify({ source: 'crud', event: 'admins', data: {} });
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(`${url}/events`, { method: 'POST', headers, body });
      expect(await answer.json()).toMatchObject({ hooks: [{ hook: 'a' }, { hook: 'b' }, { hook: 'c' }] });

      hung.release();
      await until((status) => status.definition_sources.every(({ failure }) => failure === null));
      dir.write('far/d.yaml', LOG);
      await until(({ hooks }) => hooks === 4);
      server.kill('SIGTERM');
      expect(await server.ended).toBe(0);
    },
  );
});

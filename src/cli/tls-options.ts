import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { HooklineError, toMessage } from '../errors.ts';
import { findTlsFaults, type TlsMaterial } from '../tls-material.ts';

/** Paths of files in PEM, as the command line has them. */
interface TlsFlags {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** Adds to a command that asks a server the options that say whose certificates are good, and which one is its own. */
export function addTlsOptions(command: Command): void {
  command
    .addOption(
      new Option(
        '--ca <file>',
        'certificates that vouch for the server, in the place of those of the machine',
      ).env('HOOKLINE_CA'),
    )
    .addOption(
      new Option('--cert <file>', 'own certificate, for a server that wants one').env('HOOKLINE_CERT'),
    )
    .addOption(new Option('--key <file>', 'its private key').env('HOOKLINE_KEY'))
    .hook('preAction', () => useCertificates(command.opts<TlsFlags>()));
}

/** Has every request of this process go by these certificates: it does one command. Throws `usage`. */
async function useCertificates({ ca, cert, key }: TlsFlags): Promise<void> {
  if (ca === undefined && cert === undefined && key === undefined) return;
  if ((cert === undefined) !== (key === undefined))
    throw new HooklineError('usage', 'Cannot use a certificate without its key: give both --cert and --key');
  const material = { ca: read('--ca', ca), cert: read('--cert', cert), key: read('--key', key) };
  check(material);
  const { Agent, setGlobalDispatcher } = await import('undici');
  const given = Object.fromEntries(Object.entries(material).filter(([, pem]) => pem !== null));
  setGlobalDispatcher(new Agent({ connect: given }));
}

function check(material: TlsMaterial): void {
  const [fault] = findTlsFaults(material);
  if (fault !== undefined)
    throw new HooklineError('usage', `Cannot use --${fault.part}: it ${fault.message}`);
}

function read(option: string, path: string | undefined): string | null {
  try {
    return path === undefined ? null : readFileSync(path, 'utf8');
  } catch (cause) {
    throw new HooklineError('usage', `Cannot read ${option} "${path}": ${toMessage(cause)}`, { cause });
  }
}

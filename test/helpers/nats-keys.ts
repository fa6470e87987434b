import { nkeys } from '@nats-io/transport-node';

type KeyPair = ReturnType<typeof nkeys.createUser>;

/** The only account of a server and the only user of that, by keys and signed claims, as an operator makes them. */
export interface NatsKeys {
  /** What goes into the configuration of the server. */
  readonly config: string;
  /** Text of the user's `.creds` file. */
  readonly creds: string;
}

/** Makes keys of their own for a test. */
export function createNatsKeys(): NatsKeys {
  const [operator, account, user] = [nkeys.createOperator(), nkeys.createAccount(), nkeys.createUser()];
  const limits = {
    subs: -1,
    data: -1,
    payload: -1,
    imports: -1,
    exports: -1,
    conn: -1,
    leaf: -1,
    wildcards: true,
  };
  const operatorJwt = sign(operator, operator, { type: 'operator' });
  const accountJwt = sign(operator, account, { type: 'account', limits });
  const userJwt = sign(account, user, { type: 'user', subs: -1, data: -1, payload: -1 });
  const seed = Buffer.from(user.getSeed()).toString();
  return {
    config: `operator: ${operatorJwt}\nresolver: MEMORY\nresolver_preload: { ${account.getPublicKey()}: ${accountJwt} }`,
    creds: `${toBlock('NATS USER JWT', userJwt)}\n${toBlock('USER NKEY SEED', seed)}`,
  };
}

/** Has one key say something of another. */
function sign(issuer: KeyPair, subject: KeyPair, nats: object): string {
  const claims = {
    iat: 1,
    iss: issuer.getPublicKey(),
    sub: subject.getPublicKey(),
    name: 'test',
    nats: { ...nats, version: 2 },
  };
  const text = [{ typ: 'JWT', alg: 'ed25519-nkey' }, claims]
    .map((part) => toBase64(JSON.stringify(part)))
    .join('.');
  return `${text}.${toBase64(issuer.sign(Buffer.from(text)))}`;
}

function toBase64(bytes: string | Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

function toBlock(what: string, text: string): string {
  return `-----BEGIN ${what}-----\n${text}\n------END ${what}------\n`;
}

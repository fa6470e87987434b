import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { createEgress, type Egress } from '../../src/deliver/egress.ts';
import { type EgressRule, parseEgressRule } from '../../src/egress-rule.ts';

/** The texts of settings, what resolves names (the machine's own resolver when left out), and the proxy's URL. */
export interface EgressTexts {
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
  readonly lookup?: LookupFunction;
  readonly proxy?: Egress['proxy'];
}

/** Where requests may go by the texts of settings. */
export function toEgress({
  allow = [],
  deny = [],
  lookup = systemLookup,
  proxy = null,
}: EgressTexts = {}): Egress {
  return createEgress({ allow: allow.map(toRule), deny: deny.map(toRule), lookup, proxy });
}

function toRule(text: string): EgressRule {
  const rule = parseEgressRule(text);
  if (rule === null) throw new Error(`Cannot read rule "${text}"`);
  return rule;
}

/** A resolver that answers what it is told to. */
export interface Resolver {
  readonly lookup: LookupFunction;
  /** Names it was asked for. */
  readonly asked: readonly string[];
}

/** Creates a resolver with a list of answers for each name, one after another; the last one stays. */
export function createResolver(names: Readonly<Record<string, readonly (readonly string[])[]>>): Resolver {
  const asked: string[] = [];
  return {
    asked,
    lookup(name, options, callback) {
      const answers = names[name] ?? [];
      const times = asked.filter((one) => one === name).length;
      asked.push(name);
      const addresses = (answers[times] ?? answers.at(-1) ?? []).map((address) => ({
        address,
        family: isIP(address),
      }));
      if (options.all === true) process.nextTick(callback, null, addresses);
      else process.nextTick(callback, null, addresses[0]?.address, addresses[0]?.family);
    },
  };
}

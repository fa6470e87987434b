/** What a receiver can do wrong. */
export type Fault = (typeof FAULTS)[number];

/** Every fault. */
export const FAULTS = ['hang', 'drip', 'huge', 'reset'] as const;

/** Reads names of faults. Throws when there is none of a name. */
export function toFaults(names: readonly string[]): readonly Fault[] {
  return names.map((name) => {
    const fault = FAULTS.find((known) => known === name);
    if (fault === undefined) throw new Error(`Cannot do wrong: "${name}" is none of ${FAULTS.join(', ')}`);
    return fault;
  });
}

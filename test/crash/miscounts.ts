import type { DatabaseSync } from 'node:sqlite';

/** Where the counts of a journal that has nothing left to do contradict each other. */
export function findMiscounted(db: DatabaseSync): readonly string[] {
  const read = (sql: string): number => Number(Object.values(db.prepare(sql).get() ?? {})[0]);
  const succeeded = read('SELECT count(*) FROM deliveries WHERE state = 1');
  const checks: readonly (readonly [string, number, number])[] = [
    ['deliveries', read('SELECT count(*) FROM deliveries'), succeeded],
    ['total of succeeded', read('SELECT number FROM totals WHERE state = 1'), succeeded],
    ['other totals', read('SELECT sum(abs(number)) FROM totals WHERE state <> 1'), 0],
    ['deliveries of events', read('SELECT sum(length(deliveries)) / 16 FROM events'), succeeded],
    [
      'deliveries of no event',
      read('SELECT count(*) FROM deliveries WHERE event NOT IN (SELECT seq FROM events)'),
      0,
    ],
    [
      'attempts of no delivery',
      read('SELECT count(*) FROM attempts WHERE delivery NOT IN (SELECT id FROM deliveries)'),
      0,
    ],
    ['attempts', read('SELECT count(*) FROM attempts'), read('SELECT sum(attempts - 1) FROM deliveries')],
  ];
  const damage = String(Object.values(db.prepare('PRAGMA integrity_check').get() ?? {})[0]);
  return [
    ...checks.flatMap(([what, is, should]) => (is === should ? [] : [`${what}: ${is}, not ${should}`])),
    ...(damage === 'ok' ? [] : [damage]),
  ];
}

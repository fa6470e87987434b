import { count } from '../count.ts';
import type { TextOf } from '../definitions/load-file.ts';
import { countHeld } from '../reconcile/held.ts';
import { describePrune } from '../reconcile/prune.ts';
import type { Report } from '../reconcile/report.ts';
import type { Snapshot } from '../reconcile/snapshot.ts';
import { type CommandContext, writeLine } from './command.ts';
import { countProblems, createPaint } from './print.ts';
import { printProblems } from './print-problems.ts';
import { describeUnset } from './unset-variables.ts';

/** Prints what each attempt to bring definitions live led to. */
export interface ReportPrinter {
  print(report: Report, textOf: TextOf): void;
  /** Prints what was held back, and holds back nothing from now on. */
  release(): void;
}

/** Creates a printer that holds reports back until the server runs: one that cannot start says only why. */
export function createReportPrinter({ stderr, env }: Pick<CommandContext, 'stderr' | 'env'>): ReportPrinter {
  const paint = createPaint(stderr);
  let held: (() => void)[] | null = [];
  let before: Snapshot | null = null;

  function printNow(report: Report, textOf: TextOf): void {
    if ('problems' in report) printProblems(stderr, report.problems, { textOf, paint });
    const isGood = report.kind === 'recovered' || (report.kind === 'applied' && report.held.length === 0);
    writeLine(stderr, paint(isGood ? 'green' : 'red', describeReport(report)));
    for (const line of describeUnset(report, { env, before })) writeLine(stderr, paint('yellow', line));
    if (report.kind === 'applied' || report.kind === 'restored') before = report.snapshot;
  }

  return {
    print(report, textOf) {
      if (held === null) printNow(report, textOf);
      else held.push(() => printNow(report, textOf));
    },
    release() {
      const waiting = held ?? [];
      held = null;
      for (const print of waiting) print();
    },
  };
}

function describeReport(report: Report): string {
  switch (report.kind) {
    case 'applied': {
      const { snapshot, changes, held } = report;
      const { created, updated, deleted } = changes;
      const loaded = `${count(snapshot.hooks.length, 'hook')} and ${count(snapshot.catalogue.sources.size, 'source')}`;
      const back = held.length === 0 ? '' : `; ${countHeld(held)}`;
      return `Live: ${snapshot.revision} with ${loaded} (${created.length} created, ${updated.length} updated, ${deleted.length} deleted)${back}`;
    }
    case 'refused':
      return `Refused: ${report.revision}, ${countProblems(report.problems)}; ${report.live.size > 0 ? 'the last good snapshot keeps serving' : 'no hooks are served until this is mended'}`;
    case 'blocked':
      return `Held: ${report.revision} ${describePrune(report.prune)}; hookline confirm ${report.revision} lets it go live`;
    case 'restored':
      return `Live: ${report.snapshot.revision} with ${count(report.snapshot.hooks.length, 'hook')}, kept from the last run`;
    case 'recovered':
      return `Read again: ${report.revision}, as before`;
    case 'failed':
      return `Failed: ${report.message}; trying again`;
  }
}

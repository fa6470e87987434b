import type { Report } from '../reconcile/reconciler.ts';
import { type CommandContext, writeLine } from './command.ts';
import { count, countProblems, createPaint } from './print.ts';
import { printProblems } from './print-problems.ts';

/** Prints what each attempt to bring definitions live led to. */
export interface ReportPrinter {
  print(report: Report, textOf: (file: string) => string | null): void;
  /** Prints what was held back, and holds back nothing from now on. */
  release(): void;
}

/** Creates a printer that holds reports back until the server runs: one that cannot start says only why. */
export function createReportPrinter(stderr: CommandContext['stderr']): ReportPrinter {
  const paint = createPaint(stderr);
  let isLive = false;
  let held: (() => void)[] | null = [];

  function printNow(report: Report, textOf: (file: string) => string | null): void {
    printProblems(stderr, report.kind === 'failed' ? [] : report.problems, { textOf, paint });
    isLive ||= report.kind === 'applied';
    writeLine(stderr, paint(report.kind === 'applied' ? 'green' : 'red', describeReport(report, isLive)));
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

function describeReport(report: Report, isLive: boolean): string {
  switch (report.kind) {
    case 'applied': {
      const { snapshot, changes } = report;
      const { created, updated, deleted } = changes;
      const loaded = `${count(snapshot.hooks.length, 'hook')} and ${count(snapshot.catalogue.sources.size, 'source')}`;
      return `Live: ${snapshot.revision} with ${loaded} (${created.length} created, ${updated.length} updated, ${deleted.length} deleted)`;
    }
    case 'refused':
      return `Refused: ${report.revision}, ${countProblems(report.problems)}; ${isLive ? 'the last good snapshot keeps serving' : 'no hooks are served until this is mended'}`;
    case 'failed':
      return `Failed: ${report.message}; trying again`;
  }
}

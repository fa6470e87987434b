import type { Declared } from '../catalogue/build.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { EventHook, Origin } from '../definitions/definition.ts';
import type { HookEvent } from '../event.ts';
import type { SandboxProgram } from '../sandbox/sandbox.ts';
import type { Template, TemplateTree } from '../template/template.ts';

/** A compiled filter. Throws when the expression fails on this event or its value is no boolean. */
export type Filter = (event: HookEvent) => boolean;

/** The templates of a webhook-custom hook; null where the config has none or its `*_format` is off. */
export interface RequestTemplates {
  readonly headers: Readonly<Record<string, Template>> | null;
  readonly payload: TemplateTree | null;
  readonly body: Template | null;
}

/** A hook with everything compiled that can be compiled before an event comes. */
export interface LiveHook {
  readonly definition: EventHook;
  readonly origin: Origin;
  /** Revision of the snapshot it is part of. */
  readonly revision: string;
  /** ms since the epoch. */
  readonly createdAt: number;
  /** ms since the epoch. */
  readonly updatedAt: number;
  readonly filter: Filter | null;
  /** Only for webhook-custom. */
  readonly templates: RequestTemplates | null;
  /** Only for lambda; null when it has no functions. */
  readonly program: SandboxProgram | null;
  /** Of the whole definition: tells whether it changed. */
  readonly digest: string;
}

/** An immutable set of compiled definitions with its revision. The live one is swapped whole. */
export interface Snapshot {
  readonly revision: string;
  /** In the order of their names. */
  readonly hooks: readonly LiveHook[];
  readonly catalogue: Catalogue;
  readonly declared: Declared;
}

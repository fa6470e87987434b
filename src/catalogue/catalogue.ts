import type { CatalogueEvent } from '../definitions/event-source.ts';
import type { CloudEventNames } from './cloud-event-names.ts';

/** Every known source and its events: the built-in ones and every declared EventSource. */
export interface Catalogue {
  /** source → event → what is known of it. */
  readonly sources: ReadonlyMap<string, ReadonlyMap<string, CatalogueEvent>>;
  /** What CloudEvents are called here. */
  readonly nameCloudEvent: CloudEventNames;
}

import { JetStreamApiError } from '@nats-io/jetstream';
import { AuthorizationError, type NatsConnection, PermissionViolationError } from '@nats-io/transport-node';
import { toMessage } from '../errors.ts';

/** Says why a source brings nothing in, and what to look at, of whatever a session with a server ended with. */
export function toNatsProblem(error: unknown): string {
  if (error instanceof PermissionViolationError) {
    const { operation, subject } = error;
    const verb = operation === 'publish' ? 'publish to' : 'subscribe to';
    return `The server does not permit this user to ${verb} "${subject}"`;
  }
  if (error instanceof AuthorizationError) return `The server refused "nats.auth": ${toMessage(error)}`;
  if (error instanceof JetStreamApiError) return `JetStream refused: ${toMessage(error)}`;
  return toMessage(error);
}

/** Rejects once a connection is lost, or its server says that something that is needed is not permitted. */
export function failureOf(connection: NatsConnection): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => undefined);
  const watch = async (): Promise<void> => {
    for await (const status of connection.status())
      if (status.type === 'error' && status.error instanceof PermissionViolationError) reject(status.error);
  };
  void watch();
  void connection
    .closed()
    .then((error) => reject(error ?? new Error('The connection to the server was lost')));
  return promise;
}

/** Items in groups. Each group that waits gives one item before any gives another. */
export class FairQueue<T> {
  /** In the order of their turns. */
  readonly #groups = new Map<string, Group<T>>();

  /** Adds an item at the end of its group. */
  add(group: string, item: T): void {
    this.#groupOf(group).incoming.push(item);
  }

  /** Puts an item back in front of its group. */
  addFirst(group: string, item: T): void {
    this.#groupOf(group).outgoing.push(item);
  }

  /** Takes the first item of the group whose turn it is; null when there is none. */
  take(): T | null {
    const [next] = this.#groups;
    if (next === undefined) return null;
    const [name, group] = next;
    if (group.outgoing.length === 0) {
      group.outgoing = group.incoming.reverse();
      group.incoming = [];
    }
    const item = group.outgoing.pop() ?? null;
    this.#groups.delete(name);
    if (group.outgoing.length + group.incoming.length > 0) this.#groups.set(name, group);
    return item;
  }

  /** Gives a group with all its items to another queue, where it is the last to have its turn. */
  moveGroup(name: string, to: FairQueue<T>): void {
    const group = this.#groups.get(name);
    if (group === undefined) return;
    this.#groups.delete(name);
    to.#groups.set(name, group);
  }

  get isEmpty(): boolean {
    return this.#groups.size === 0;
  }

  #groupOf(name: string): Group<T> {
    const known = this.#groups.get(name);
    if (known !== undefined) return known;
    const group: Group<T> = { incoming: [], outgoing: [] };
    this.#groups.set(name, group);
    return group;
  }
}

/** A queue as two stacks, so that nothing is ever shifted: what came last is last in `incoming`, what is next is last in `outgoing`. */
interface Group<T> {
  incoming: T[];
  outgoing: T[];
}

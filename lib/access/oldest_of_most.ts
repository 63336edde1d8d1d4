/**
 * Of all in their order of arrival, the oldest of the address that has most: whoever must go when
 * there is no room for all, so that no address shuts out the others.
 */
export function oldestOfMost<T extends { readonly key: string }>(all: Iterable<T>): T | undefined {
  let most: T[] = [];
  for (const group of Map.groupBy(all, ({ key }) => key).values()) {
    if (group.length > most.length) most = group;
  }
  return most[0];
}

/**
 * Who gives its place to a newcomer: the oldest of the address that has most, if that still has as many
 * as the newcomer's afterwards. Undefined if nobody does.
 */
export function placeFor<T extends { readonly key: string }>(
  newcomer: string,
  all: readonly T[],
): T | undefined {
  const oldest = oldestOfMost(all);
  const count = (key: string) => all.filter((one) => one.key === key).length;
  return oldest && count(oldest.key) > count(newcomer) + 1 ? oldest : undefined;
}

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

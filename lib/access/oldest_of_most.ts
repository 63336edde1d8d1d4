/**
 * The oldest entry of the address that has the most, among entries in their order of arrival. It
 * loses its place when there is no room for all, so that no address shuts out the others.
 */
export function oldestOfMost<T extends { readonly key: string }>(all: Iterable<T>): T | undefined {
  let most: T[] = [];
  for (const group of Map.groupBy(all, ({ key }) => key).values()) {
    if (group.length > most.length) most = group;
  }
  return most[0];
}

/**
 * The entry that loses its place to a newcomer: the oldest of the address that has the most, if
 * that address then still has at least as many as the newcomer's. Otherwise undefined.
 */
export function placeFor<T extends { readonly key: string }>(
  newcomer: string,
  all: readonly T[],
): T | undefined {
  const oldest = oldestOfMost(all);
  const count = (key: string) => all.filter((one) => one.key === key).length;
  return oldest && count(oldest.key) > count(newcomer) + 1 ? oldest : undefined;
}

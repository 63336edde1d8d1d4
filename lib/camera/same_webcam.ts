/** Tells which webcam was found earlier, when several have the same name. */

import type { Webcam } from "./webcam.ts";

/**
 * Remembers which webcams were plugged in side by side: those are two, even if they have one name.
 */
export class WebcamMemory {
  /** Pairs of ports with a webcam in each at the same time. */
  readonly #pairs = new Set<string>();
  /** Names that two webcams had at the same time. */
  readonly #shared = new Set<string>();
  /** Links below `by-id` that several webcams share. */
  readonly #ambiguous = new Set<string>();

  /** Takes the list of plugged-in webcams. */
  see(webcams: readonly Webcam[]): void {
    for (const one of webcams) {
      for (const other of webcams) {
        if (!one.port || !other.port || one.port === other.port) continue;
        this.#pairs.add(pairOf(one, other));
        if (one.name !== other.name) continue;
        this.#shared.add(one.name);
        // Two webcams without serial numbers share one link, which follows the one that stays.
        const links = [one, other].map(({ port }) =>
          webcams.filter((webcam) => webcam.port === port).flatMap(({ byId }) => byId ?? [])
        );
        if (links.every((link) => link.length > 0)) continue;
        for (const link of links.flat()) this.#ambiguous.add(link);
      }
    }
  }

  /** Removes the links that several webcams share. */
  withoutAmbiguous(webcams: readonly Webcam[]): Webcam[] {
    return webcams.map((webcam) =>
      webcam.byId && this.#ambiguous.has(webcam.byId) ? { ...webcam, byId: undefined } : webcam
    );
  }

  /**
   * The webcams that may be the `earlier` one, the likeliest first: the one in its port; or else
   * the one that is certainly the same, in another port; or else one of the same name or a `chosen`
   * one, unless it was plugged in beside the earlier one.
   */
  again(earlier: Webcam, webcams: readonly Webcam[], chosen: readonly Webcam[]): Webcam[] {
    const { port, position, byId, name } = earlier;
    const all = [...chosen, ...webcams];
    const inPort = all.filter((webcam) => port !== undefined && webcam.port === port);
    if (inPort.length > 0) {
      return [...inPort.filter((webcam) => webcam.position === position), ...inPort];
    }
    const same = all.filter((webcam) =>
      byId !== undefined && webcam.byId === byId && !this.#ambiguous.has(byId)
    );
    if (same.length > 0) return same;
    return [...chosen, ...webcams.filter((webcam) => webcam.name === name)]
      .filter((webcam) => !this.#mayBeTwo(earlier, webcam));
  }

  #mayBeTwo(earlier: Webcam, webcam: Webcam): boolean {
    if (this.#pairs.has(pairOf(earlier, webcam))) return true;
    if (webcam.name === earlier.name) return this.#shared.has(earlier.name);
    // It was just plugged in, or is a link that leads nowhere at the moment.
    return earlier.port !== undefined && webcam.port === undefined;
  }
}

function pairOf(one: Webcam, other: Webcam): string {
  return [one.port, other.port].sort().join("\n");
}

import type { Timers } from "../ports/system/timers.ts";
import type { Resource } from "./resources.ts";

/**
 * Watches a resource that fills up without admission, such as open connections. It measures often enough to notice before
 * the resource is full.
 */
export interface WatchedLevel extends Disposable {
  readonly isNear: boolean;
}

export interface WatchedLevelOptions {
  readonly resource: Resource;
  readonly max: number;
  readonly level: () => number;
  /** Maximum rise per ms; determines how often the level is measured. */
  readonly risesPerMs: number;
  readonly timers: Timers;
  /** Called when the level comes near `max`; called again only after it was well below. */
  readonly onNear: (level: number) => void;
  readonly onFull: () => void;
  /** Called when the level has dropped below `max` again. */
  readonly onRoom: () => void;
}

const NEAR = 0.9;
const WELL_BELOW = 0.75;
const LOOK_MIN_MS = 20;
const LOOK_MAX_MS = 1000;

export function watchLevel(options: WatchedLevelOptions): WatchedLevel {
  const { max, level, risesPerMs, timers, onNear, onFull, onRoom } = options;
  let isNear = false;
  let isFull = false;
  let wasWellBelow = true;
  let waiting: Disposable;

  function look(): void {
    const now = level();
    isNear = now >= max * NEAR;
    if (isNear && wasWellBelow) {
      wasWellBelow = false;
      onNear(now);
    }
    if (now < max * WELL_BELOW) wasWellBelow = true;
    if (now >= max !== isFull) {
      isFull = !isFull;
      if (isFull) onFull();
      else onRoom();
    }
    const waitMs = Math.min(LOOK_MAX_MS, Math.max(LOOK_MIN_MS, (max - now) / risesPerMs));
    waiting = timers.after(waitMs, look);
  }

  waiting = timers.after(LOOK_MIN_MS, look);
  return {
    get isNear() {
      return isNear;
    },
    [Symbol.dispose]: () => waiting[Symbol.dispose](),
  };
}

import { RESOURCES, type Resource } from "./resources.ts";
import { sharedUsage, type Usage } from "./usage.ts";

/** What the threads of a server share to bound the whole process; goes through `postMessage`. */
export interface AdmissionMemory {
  readonly cells: SharedArrayBuffer;
  readonly threads: number;
}

export function newAdmissionMemory(threads: number): AdmissionMemory {
  return { cells: new SharedArrayBuffer(RESOURCES.length * threads * Int32Array.BYTES_PER_ELEMENT), threads };
}

/** How much of a resource all threads hold; this one adds to it in its own name. @param thread counted from 0 */
export function usageOf({ cells, threads }: AdmissionMemory, resource: Resource, thread: number): Usage {
  const offset = RESOURCES.indexOf(resource) * threads * Int32Array.BYTES_PER_ELEMENT;
  return sharedUsage(new Int32Array(cells, offset, threads), thread);
}

/** What a thread held that has ended is free again. */
export function forgetThread({ cells, threads }: AdmissionMemory, thread: number): void {
  const all = new Int32Array(cells);
  for (let index = thread; index < all.length; index += threads) Atomics.store(all, index, 0);
}

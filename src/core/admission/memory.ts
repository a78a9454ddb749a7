import { RESOURCES, type Resource } from "./resources.ts";
import { sharedUsage, type Usage } from "./usage.ts";

/** Shared by the threads of a server, so that limits hold for the whole process; can be sent by `postMessage`. */
export interface AdmissionMemory {
  readonly cells: SharedArrayBuffer;
  readonly threads: number;
}

export function newAdmissionMemory(threads: number): AdmissionMemory {
  return { cells: new SharedArrayBuffer(RESOURCES.length * threads * Int32Array.BYTES_PER_ELEMENT), threads };
}

/** The usage of a resource by all threads; this thread writes its own cell. @param thread counted from 0 */
export function usageOf({ cells, threads }: AdmissionMemory, resource: Resource, thread: number): Usage {
  const offset = RESOURCES.indexOf(resource) * threads * Int32Array.BYTES_PER_ELEMENT;
  return sharedUsage(new Int32Array(cells, offset, threads), thread);
}

/** Frees the resources that a thread held when it ended. */
export function releaseThread({ cells, threads }: AdmissionMemory, thread: number): void {
  const all = new Int32Array(cells);
  for (let index = thread; index < all.length; index += threads) Atomics.store(all, index, 0);
}

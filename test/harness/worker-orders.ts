const SLEEP_MS = 6000;
const ORDERS = "usermeta-test-orders";

/** How a worker can be brought to an end that its own code would never come to. */
export const ORDER_KINDS = ["throw", "reject", "exit"] as const;

/** How it can be brought to respond no more. */
export const HANG_KINDS = ["loop", "wait", "sleep"] as const;

type OrderKind = (typeof ORDER_KINDS)[number] | (typeof HANG_KINDS)[number];

interface Order {
  readonly kind: OrderKind;
  /** The first worker to change it from 0 to 1 is meant. */
  readonly taken: SharedArrayBuffer;
}

/** To be called in a worker. */
export function obeyOrders(): void {
  const channel = new BroadcastChannel(ORDERS);
  channel.onmessage = ({ data }: { readonly data: Order }) => {
    if (Atomics.compareExchange(new Int32Array(data.taken), 0, 0, 1) !== 0) return;
    if (data.kind === "throw") throw new RangeError("a test wants this worker to throw");
    if (data.kind === "exit") process.exit(1);
    if (data.kind === "loop") for (;;);
    if (data.kind === "wait") Atomics.wait(new Int32Array(data.taken), 0, 1);
    // It can be ended only when this returns.
    if (data.kind === "sleep") Bun.sleepSync(SLEEP_MS);
    void Promise.reject(new RangeError("a test wants this worker to reject"));
  };
}

/** One of the workers of this process, whichever hears it first, comes to an end. */
export async function endOneWorker(kind: OrderKind): Promise<void> {
  const channel = new BroadcastChannel(ORDERS);
  const taken = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  // Again and again: nobody hears it while the only workers are still starting.
  while (Atomics.load(new Int32Array(taken), 0) === 0) {
    channel.postMessage({ kind, taken } satisfies Order);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  channel.close();
}

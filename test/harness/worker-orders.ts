const SLEEP_MS = 6000;
const ORDERS = "usermeta-test-orders";

/** Ways to end a worker that its own code never uses. */
export const ORDER_KINDS = ["throw", "reject", "exit"] as const;

/** Ways to make it stop responding. */
export const HANG_KINDS = ["loop", "wait", "sleep"] as const;

type OrderKind = (typeof ORDER_KINDS)[number] | (typeof HANG_KINDS)[number];

interface Order {
  readonly kind: OrderKind;
  /** Taken by the first worker that changes it from 0 to 1. */
  readonly taken: SharedArrayBuffer;
}

/** Call in a worker. */
export function obeyOrders(): void {
  const channel = new BroadcastChannel(ORDERS);
  channel.onmessage = ({ data }: { readonly data: Order }) => {
    if (Atomics.compareExchange(new Int32Array(data.taken), 0, 0, 1) !== 0) return;
    if (data.kind === "throw") throw new RangeError("a test wants this worker to throw");
    if (data.kind === "exit") process.exit(1);
    if (data.kind === "loop") for (;;);
    if (data.kind === "wait") Atomics.wait(new Int32Array(data.taken), 0, 1);
    // It can be ended only after this returns.
    if (data.kind === "sleep") Bun.sleepSync(SLEEP_MS);
    void Promise.reject(new RangeError("a test wants this worker to reject"));
  };
}

/** Ends one of this process's workers: the first one that receives the order. */
export async function endOneWorker(kind: OrderKind): Promise<void> {
  const channel = new BroadcastChannel(ORDERS);
  const taken = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  // Repeated, because workers that are still starting do not receive it.
  while (Atomics.load(new Int32Array(taken), 0) === 0) {
    channel.postMessage({ kind, taken } satisfies Order);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  channel.close();
}

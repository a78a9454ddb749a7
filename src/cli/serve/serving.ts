import type { Config } from "../../config/config.ts";
import { addressText } from "../../config/values.ts";
import type { Store } from "../../core/ports/store.ts";
import type { BuiltPages } from "../../http/pages/built-pages.ts";
import type { OperatorEvents } from "../../ops/events.ts";
import { type Service, startService } from "../../service.ts";
import {
  migrateForServer,
  openSharedStore,
  openStore,
  type SharedStore,
  type StoreLocation,
} from "../../store/open.ts";
import { startWorkers } from "../../workers/start-workers.ts";

type ServedStore = Store & Partial<Pick<SharedStore, "share">>;

/** Migrates the store, and then opens it exclusively for the server that the configuration describes. */
export async function openServedStore(
  config: Config,
  location: StoreLocation,
  events: OperatorEvents,
): Promise<ServedStore> {
  const { workers, cacheBytes, stalenessMs, listen } = config;
  const options = {
    exclusive: true,
    listen: addressText(listen),
    stalenessMs,
    onWriterEnd: (error: Error) => events.writerEnded(error),
    onWriterSilent: (silentMs: number) => events.threadSilent({ thread: "writer", silentMs }),
    onHolderAwaited: (message: string) => events.holderAwaited(message),
    onLeftOpen: (part: string) => events.leftOpen(part),
    troubles: events,
  } as const;
  await migrateForServer(location, options);
  // With several workers, this thread only supervises them.
  const store: ServedStore = await (workers === 1
    ? openStore(location, { ...options, cacheBytes })
    : openSharedStore(location, options));
  events.checkStoreBy(() => store.ping());
  return store;
}

/** A single worker runs on this thread, which saves the memory of another one. The service takes over the store. */
export function startServing(
  config: Config,
  store: ServedStore,
  events: OperatorEvents,
  pages: BuiltPages,
): Promise<Service> {
  const { listen, defaults, trustedProxies, cacheBytes, workers: count } = config;
  const { connectionsMax, bodiesBytesMax, requestTimeoutS } = config;
  const bounds = { connectionsMax, bodiesBytesMax, requestTimeoutS };
  const settings = { ...listen, ...bounds, defaults, trustedProxies, operatorKey: config.operatorKey?.reveal() };
  if (count === 1 || !isShared(store)) return startService(settings, { store, events, pages });
  return startWorkers({ settings, count, store, cacheBytes, events, parts: { pages } });
}

function isShared(store: ServedStore): store is SharedStore {
  return store.share !== undefined;
}

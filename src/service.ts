/**
 * The assembly: connects the store, the rules (`core/`) and HTTP (`http/`), and owns all of them. It holds no logic of its
 * own. The command line and the tests start the same service.
 */
import { createAccounts } from "./core/accounts/accounts.ts";
import type { AdmissionMemory } from "./core/admission/memory.ts";
import { createRunQueue } from "./core/admission/run-queue.ts";
import { openRegistry, type RegistryNeeds, type ServerDefaults } from "./core/apps/registry.ts";
import { whileClosing } from "./core/async/while-closing.ts";
import { purgeDeletedApps } from "./core/faults/purge-deleted-apps.ts";
import { createMetadata } from "./core/metadata/metadata.ts";
import type { Events } from "./core/ports/events.ts";
import type { Store } from "./core/ports/store.ts";
import type { Clock } from "./core/ports/system/clock.ts";
import type { Digest } from "./core/ports/system/digest.ts";
import type { PasswordHasher } from "./core/ports/system/password-hasher.ts";
import type { Random } from "./core/ports/system/random.ts";
import type { Timers } from "./core/ports/system/timers.ts";
import { createRateLimiter } from "./core/rates/rate-limiter.ts";
import { newRateLimiterMemory, type RateLimiterMemory } from "./core/rates/rate-limiter-memory.ts";
import { createAuthenticator } from "./core/tokens/authenticator.ts";
import { createExternalAuthenticator, type ExternalAuthenticator } from "./core/tokens/external-authenticator.ts";
import { createGrants } from "./core/tokens/grants.ts";
import type { TokenEvents } from "./core/tokens/refused-tokens.ts";
import { createTokenExchange } from "./core/tokens/token-exchange.ts";
import { createTokens, ensureSigningKey, type Tokens } from "./core/tokens/tokens.ts";
import { createByteBudgets } from "./http/answers/byte-budgets.ts";
import { connectionLimit } from "./http/connections/connection-limit.ts";
import type { ConnectionEvents } from "./http/connections/connections.ts";
import type { BuiltPages } from "./http/pages/built-pages.ts";
import { createPageFiles } from "./http/pages/page-files.ts";
import { createRequestPipeline, type RequestPipelineNeeds } from "./http/request-pipeline.ts";
import type { OwnRoute } from "./http/routing/own-route.ts";
import { ownRoutes } from "./http/routing/own-routes.ts";
import { appRoutes } from "./http/routing/routes.ts";
import { listen } from "./http/server.ts";
import type { KeySetEvents } from "./identity/outside/outside-questions.ts";
import { createVerifiers, type SecretEvents } from "./identity/verifiers.ts";
import { createProcessParts, type ProcessParts } from "./process-parts.ts";
import { systemClock } from "./system/clock.ts";
import { readDescriptors } from "./system/descriptors.ts";
import { systemDigest } from "./system/digest.ts";
import { systemRandom } from "./system/random.ts";
import { shareRates } from "./system/share-rates.ts";
import { threadCpuMs } from "./system/thread-cpu.ts";
import { systemTimers } from "./system/timers.ts";
import { yieldToEventLoop } from "./system/yield-to-event-loop.ts";

/** The configuration of a service; `config/` creates it from the environment. */
export interface ServiceSettings {
  readonly hostname: string;
  /** 0 = a free port. */
  readonly port: number;
  /** Other threads of this process listen on the same port. */
  readonly sharePort?: boolean;
  readonly defaults: ServerDefaults;
  readonly operatorKey: string | undefined;
  readonly trustedProxies: readonly string[];
  /** Undefined: as many as the process's file descriptors allow. */
  readonly connectionsMax?: number | undefined;
  /** Memory for request bodies, over all threads of the process; defaults to 64 MiB. */
  readonly bodiesBytesMax?: number;
  /** The same for large responses that clients have not received yet. */
  readonly answersBytesMax?: number;
  /** Maximum time for a request's body to arrive, seconds; defaults to 120. */
  readonly requestTimeoutS?: number;
}

/** The events that each serving thread reports to the operator. */
export type ServiceEvents = Events & RequestPipelineNeeds["events"] & SecretEvents & TokenEvents & ConnectionEvents;

/** The dependencies of a service. Only the store and the events are required. */
export type ServiceParts = ThreadParts & (AloneParts | SharedParts);

/** For the only serving thread of a process. */
interface AloneParts {
  readonly events: ServiceEvents & KeySetEvents;
  readonly process?: undefined;
}

/** For one of several serving threads. */
interface SharedParts {
  readonly events: ServiceEvents;
  /** The parts shared by all threads; used instead of creating them here. */
  readonly process: ProcessParts;
}

interface ThreadParts {
  /** Owned by the service from now on: closed with it, also if the start fails. */
  readonly store: Store;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly digest?: Digest;
  readonly passwords?: PasswordHasher;
  /** Left out: no pages. */
  readonly pages?: BuiltPages | undefined;
  /** The rate limiter's memory, if several threads share it. The thread that created it then maintains the rate shares. */
  readonly rateLimiter?: RateLimiterMemory;
  /** If several threads serve: the memory of process-wide limits, and this thread's index, from 0. */
  readonly admission?: { readonly memory: AdmissionMemory; readonly thread: number };
  readonly timers?: Timers;
  /** See HttpServerNeeds. */
  readonly drainMs?: number;
}

export interface Service extends AsyncDisposable {
  readonly url: URL;
  /** Settles, with the reason, only if the service cannot go on. */
  readonly failed: Promise<Error>;
  /** The names of the parts that a stop is waiting for. */
  readonly closing: ReadonlySet<string>;
  /**
   * Reads the files of secrets again.
   * @param operatorKey replaces the present key; left out, that one stays
   */
  reload(operatorKey?: string): void;
}

/** Poll interval of the change feed: changes of other processes take effect here within a second. */
const REFRESH_MS = 250;
const DRAIN_MS = 300;
/** Rate limit per address if the server's rate is 0 (unlimited): unauthenticated clients always have a limit. */
const ADDRESS_RATE_PER_SECOND = 100;
/** A waiting request takes about 3 kB. */
const REQUESTS_WAITING_MAX = 10_000;

export async function startService(settings: ServiceSettings, parts: ServiceParts): Promise<Service> {
  await using stack = new AsyncDisposableStack();
  const closing = new Set<string>();
  const store = parts.store;
  stack.defer(() => whileClosing(closing, "the store", () => store[Symbol.asyncDispose]()));
  const { events, clock = systemClock, random = systemRandom, digest = systemDigest } = parts;
  const { timers = systemTimers } = parts;
  const { passwords, outside, probe, pages } = parts.process === undefined ? createProcessParts(parts) : parts.process;

  await ensureSigningKey({ store, random, clock });
  // Registry and token caches need each other, but the registry calls these only in a refresh.
  const tokenCaches: RegistryNeeds["tokens"] = {
    invalidateUser(userId) {
      tokens.invalidateUser(userId);
      external.invalidateUser(userId);
    },
    invalidateAll() {
      tokens.invalidateAll();
      external.invalidateAll();
    },
    invalidateExternal: () => external.invalidateAll(),
  };
  const registry = await openRegistry({
    store,
    defaults: settings.defaults,
    events,
    clock,
    timers,
    tokens: tokenCaches,
  });
  const tokens: Tokens = createTokens({ registry, store, clock, digest });
  const refreshing = setInterval(() => void registry.refresh(), REFRESH_MS);
  stack.defer(() => clearInterval(refreshing));

  const metadata = createMetadata({ store, clock, yieldToEventLoop, timers: parts.timers ?? systemTimers });
  const accounts = createAccounts({ store, tokens: tokenCaches, clock, random, passwords });
  const verifiers = createVerifiers({ outside, clock, timers, events });
  const external: ExternalAuthenticator = createExternalAuthenticator({
    verifiers: verifiers.of,
    store,
    accounts,
    clock,
    digest,
    events,
  });
  const exchange = createTokenExchange({ external, tokens, store, clock });
  const grants = createGrants({ store, tokens, accounts, digest, passwords });
  const rateLimiterMemory = parts.rateLimiter ?? newRateLimiterMemory(random);
  const addressRatePerSecond = settings.defaults.limits.ratePerSecond || ADDRESS_RATE_PER_SECOND;
  const rateLimiter = createRateLimiter({
    resource: "rate_buckets",
    clock,
    ...rateLimiterMemory,
    addressRatePerSecond,
  });
  if (parts.rateLimiter === undefined) {
    const shares = await shareRates({ cells: rateLimiterMemory.cells, store, clock, events });
    stack.defer(() => whileClosing(closing, "the rate shares", () => shares[Symbol.asyncDispose]()));
  }
  // With several serving threads, the main thread does it.
  if (parts.process === undefined) stack.use(purgeDeletedApps({ store, timers }));
  const authenticator = createAuthenticator(tokens, external, digest, settings.operatorKey);

  const { bodies, answers } = stack.use(createByteBudgets(settings, timers, parts.admission));

  const routes = appRoutes({ metadata, accounts, grants, exchange, rateLimiter });
  const ownPaths: readonly OwnRoute[] = ownRoutes({
    probe,
    registry,
    pageFiles: createPageFiles(pages, timers),
    async writeDocument(dialect) {
      // Loaded on first use; many servers are never asked for it.
      const { openApiDocument } = await import("./openapi/document.ts");
      return JSON.stringify(await openApiDocument({ routes, ownRoutes: ownPaths, yieldToEventLoop }, dialect));
    },
  });
  const server = listen({
    routes,
    ownRoutes: ownPaths,
    pipeline: createRequestPipeline({ registry, authenticator, rateLimiter, clock, events, bodies, answers }),
    hostname: settings.hostname,
    port: settings.port,
    sharePort: settings.sharePort ?? false,
    trustedProxies: settings.trustedProxies,
    runQueue: createRunQueue({
      resource: "thread",
      waitingMax: REQUESTS_WAITING_MAX,
      timers,
      yieldToEventLoop,
      cpuMs: threadCpuMs,
    }),
    connections: connectionLimit(settings.connectionsMax, readDescriptors(), parts.admission?.memory.threads ?? 1),
    timers,
    events,
    drainMs: parts.drainMs ?? DRAIN_MS,
  });
  stack.defer(() => whileClosing(closing, "requests in flight", () => server.stop()));

  const owned = stack.move();
  return {
    url: server.url,
    failed: store.failed,
    closing,
    reload(operatorKey) {
      if (operatorKey !== undefined) authenticator.replaceOperatorKey(operatorKey);
      verifiers.reload();
      external.invalidateAll();
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

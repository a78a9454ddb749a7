import type { Registry } from "../../core/apps/registry.ts";
import type { Probe } from "../../core/faults/probe.ts";
import type { OwnRoute } from "../routing/own-route.ts";

export interface ReadyNeeds {
  readonly probe: Probe;
  /** Of this thread, which may lose the change feed while other threads still follow it. */
  readonly registry: Pick<Registry, "isCurrent" | "refresh" | "requireKnown">;
}

/** Accepts any method, since some load balancers and supervisors know only one. */
export function healthRoute(): OwnRoute {
  return { path: "/-/health", methods: "any", isUrgent: true, answer: () => Response.json({ status: "alive" }) };
}

/** Ready if the store can be read and written, and this thread follows the change feed. */
export function readyRoute({ probe, registry }: ReadyNeeds): OwnRoute {
  async function checkFeed(): Promise<void> {
    if (registry.isCurrent()) return;
    await registry.refresh();
    registry.requireKnown();
  }
  return {
    path: "/-/ready",
    methods: "any",
    isUrgent: true,
    async answer() {
      try {
        const [troubles] = await Promise.all([probe.check(), checkFeed()]);
        return Response.json({ status: "ready", ...(troubles.length > 0 && { troubles }) });
      } catch {
        const unready = { status: 503, headers: { "Retry-After": "1" } };
        return Response.json({ status: "the store does not answer" }, unready);
      }
    },
  };
}

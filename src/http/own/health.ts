import type { Registry } from "../../core/apps/registry.ts";
import type { Probe } from "../../core/faults/probe.ts";
import type { OwnRoute } from "../routing/own-route.ts";

export interface ReadyNeeds {
  readonly probe: Probe;
  /** Of this thread, which may be cut off from what the others still learn. */
  readonly registry: Pick<Registry, "isCurrent" | "refresh" | "requireKnown">;
}

/** By any method: what asks is a balancer or a supervisor, and some of them know only one. */
export function healthRoute(): OwnRoute {
  return { path: "/-/health", methods: "any", isUrgent: true, answer: () => Response.json({ status: "alive" }) };
}

/** Whether the store reads and could write, and this thread learns what others change. */
export function readyRoute({ probe, registry }: ReadyNeeds): OwnRoute {
  async function knowsChanges(): Promise<void> {
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
        const [troubles] = await Promise.all([probe.check(), knowsChanges()]);
        return Response.json({ status: "ready", ...(troubles.length > 0 && { troubles }) });
      } catch {
        const unready = { status: 503, headers: { "Retry-After": "1" } };
        return Response.json({ status: "the store does not answer" }, unready);
      }
    },
  };
}

import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { type Address, addressText } from "../../config/values.ts";
import { type Failure, usageError } from "../terminal/failure.ts";

const ANY_ADDRESS: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "[::]": "[::1]" };

/** A URL for this machine, without a slash at its end, even if the server listens on all addresses. */
export function reachableUrl({ hostname, port }: URL): string {
  return `http://${ANY_ADDRESS[hostname] ?? hostname}:${port || "80"}`;
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: "the port is taken by another program",
  EACCES: "this account may not listen there",
  EPERM: "this account may not listen there",
  EADDRNOTAVAIL: "this machine has no such address",
};

/**
 * Fails if the hostname cannot be resolved. Call it before listening, because Bun's own error is misleading.
 */
export async function checkHost(address: Address): Promise<void> {
  if (isIP(address.hostname) !== 0) return;
  await lookup(address.hostname).catch(() => {
    throw cannotListen(address, "there is no such host");
  });
}

/** Undefined if the error is not about listening. */
export function listenFailure(error: unknown, address: Address): Failure | undefined {
  const reason = REASONS[error instanceof Error && "code" in error ? String(error.code) : ""];
  return reason === undefined ? undefined : cannotListen(address, reason);
}

function cannotListen(address: Address, reason: string): Failure {
  return usageError(`cannot listen on ${addressText(address)}: ${reason} (USERMETA_LISTEN, --listen)`);
}

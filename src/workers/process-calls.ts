import type { ProcessParts } from "../process-parts.ts";
import { receivedError, type SentError, sentError } from "./sent-error.ts";

/** A worker's call of a part in the main thread, and its answer; both are plain data. */
export interface ProcessCall {
  readonly kind: "call";
  readonly id: number;
  readonly part: string;
  readonly method: string;
  readonly args: readonly unknown[];
}

export type ProcessAnswer = { readonly kind: "answer"; readonly id: number } & (
  | { readonly value: unknown }
  | { readonly error: SentError }
);

/** The methods that may be called. A new part is a new line; a missing method does not compile. */
const METHODS: { readonly [Part in keyof ProcessParts]: { readonly [Method in keyof ProcessParts[Part]]: true } } = {
  passwords: { hash: true, logIn: true, countSecret: true },
  outside: { hostedUser: true, keySet: true },
  probe: { check: true },
  pages: { folder: true },
};

type AnyMethod = (...args: readonly unknown[]) => Promise<unknown>;
type AnyParts = Readonly<Record<string, Readonly<Record<string, AnyMethod>>>>;

/** The worker's side. A refusal in the main thread is a `Refusal` here, too. */
export interface ProcessCalls {
  readonly parts: ProcessParts;
  receive(answer: ProcessAnswer): void;
}

export function createProcessCalls(send: (call: ProcessCall) => void): ProcessCalls {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let calls = 0;

  const call = (part: string, method: string, args: readonly unknown[]): Promise<unknown> => {
    calls += 1;
    const answered = Promise.withResolvers<unknown>();
    waiting.set(calls, answered);
    send({ kind: "call", id: calls, part, method, args });
    return answered.promise;
  };

  const parts: AnyParts = Object.fromEntries(
    Object.entries(METHODS).map(([part, methods]) => {
      const called = Object.keys(methods).map((method): [string, AnyMethod] => [
        method,
        (...args) => call(part, method, args),
      ]);
      return [part, Object.fromEntries(called)];
    }),
  );

  return {
    // as: METHODS has every method of every part
    parts: parts as unknown as ProcessParts,
    receive(answer) {
      const answered = waiting.get(answer.id);
      waiting.delete(answer.id);
      if ("error" in answer) answered?.reject(receivedError(answer.error));
      else answered?.resolve(answer.value);
    },
  };
}

/**
 * The main thread's side. A call in flight when its worker ends still finishes here, and so releases the resources that it
 * holds.
 */
export async function answerCall(parts: ProcessParts, { id, part, method, args }: ProcessCall): Promise<ProcessAnswer> {
  try {
    // as: the worker's side is created from the same table
    const called = (parts as unknown as AnyParts)[part]?.[method];
    if (called === undefined) throw new Error(`there is no process part with ${part}.${method}`);
    return { kind: "answer", id, value: await called(...args) };
  } catch (error) {
    return { kind: "answer", id, error: sentError(error) };
  }
}

import type { ProcessParts } from "../process-parts.ts";
import { receivedError, type SentError, sentError } from "./sent-error.ts";

/** A worker's call of what lives in the main thread, and what it is answered; both plain data. */
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

/** What may be called: a further part is a further line, and the compiler finds a method that is missing. */
const METHODS: { readonly [Part in keyof ProcessParts]: { readonly [Method in keyof ProcessParts[Part]]: true } } = {
  passwords: { hash: true, logIn: true, countSecret: true },
  outside: { hostedUser: true, keySet: true },
  probe: { check: true },
  pages: { folder: true },
};

type AnyMethod = (...args: readonly unknown[]) => Promise<unknown>;
type AnyParts = Readonly<Record<string, Readonly<Record<string, AnyMethod>>>>;

/** A worker's end. A refusal is a `Refusal` here as it was there. */
export interface ProcessCalls {
  readonly parts: ProcessParts;
  hear(answer: ProcessAnswer): void;
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
    hear(answer) {
      const answered = waiting.get(answer.id);
      waiting.delete(answer.id);
      if ("error" in answer) answered?.reject(receivedError(answer.error));
      else answered?.resolve(answer.value);
    },
  };
}

/**
 * The main thread's end. What is under way when the worker ends comes to its end all the same, here, and so lets go of
 * whatever it holds.
 */
export async function answerCall(parts: ProcessParts, { id, part, method, args }: ProcessCall): Promise<ProcessAnswer> {
  try {
    // as: the other end is made from the same table
    const called = (parts as unknown as AnyParts)[part]?.[method];
    if (called === undefined) throw new Error(`no part of the process has ${part}.${method}`);
    return { kind: "answer", id, value: await called(...args) };
  } catch (error) {
    return { kind: "answer", id, error: sentError(error) };
  }
}

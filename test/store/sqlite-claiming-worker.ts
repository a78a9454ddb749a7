/** The writer's end of a claim: begins one command in each round, and says whether it could. */
import { Claim } from "../../src/store/sqlite/writer/claim.ts";

interface Port {
  onmessage: ((event: MessageEvent<Memory>) => void) | null;
}

interface Memory {
  readonly memory: SharedArrayBuffer;
  readonly begun: SharedArrayBuffer;
  readonly rounds: SharedArrayBuffer;
}

declare const self: Port;

self.onmessage = ({ data: { memory, begun, rounds } }) => {
  const claim = new Claim(memory);
  const begins = new Int32Array(begun);
  const round = new Int32Array(rounds);
  for (let number = 1; ; number++) {
    while (Atomics.load(round, 0) < number);
    Atomics.store(begins, 0, claim.begin(0, 1) ? 1 : 0);
  }
};

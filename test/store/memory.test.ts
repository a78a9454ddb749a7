import { openMemoryStore } from "../../src/store/memory/store.ts";
import { describeStore } from "../contract/store.ts";

describeStore("memory", async () => {
  const store = openMemoryStore();
  return { store, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() };
});

/** Loaded before a server: SIGUSR2 has its main thread throw, or reject, what nothing catches. */
process.on("SIGUSR2", () => {
  const error = new RangeError("Duplicate entry 'adalovelace' for key 'name'");
  if (process.env.CRASH === "error in a promise") void Promise.reject(error);
  else throw error;
});

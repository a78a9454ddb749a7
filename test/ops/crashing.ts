/** Loaded before a server: SIGUSR2 makes its main thread throw, or reject with, an uncaught error. */
process.on("SIGUSR2", () => {
  const error = new RangeError("Duplicate entry 'adalovelace' for key 'name'");
  if (process.env.CRASH === "error in a promise") void Promise.reject(error);
  else throw error;
});

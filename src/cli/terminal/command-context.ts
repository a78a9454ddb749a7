/** A stream for text; only its being a terminal is asked for. */
export interface LogOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

export interface TextOutput extends LogOutput {
  /** Settles when all has been written, with the reason if it could not be; nobody is told who has stopped reading. */
  written(): Promise<Error | undefined>;
}

export interface TextInput extends AsyncIterable<string | Uint8Array> {
  readonly isTTY?: boolean;
}

/** All that a command touches beside the store and the network, handed in so that a test can look on. */
export interface CommandContext {
  readonly stdout: TextOutput;
  readonly stderr: LogOutput;
  readonly stdin: TextInput;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** From the call on, being asked to stop aborts the signal; before, and in commands that never call, it just ends. */
  stopSignal(): AbortSignal;
  /** From the call on, SIGHUP calls this; before, and in commands that never call, it just ends the process. */
  onHangup(listener: () => void): void;
  /** What is thrown where nothing catches it is told to the last one that was named, and ends the process with 1. */
  onCrash(tell: (error: unknown) => void): void;
}

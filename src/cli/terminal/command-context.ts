/** A text stream, and whether it is a terminal. */
export interface LogOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

export interface TextOutput extends LogOutput {
  /** Resolves when all text is written, with the error if that failed. A reader that has closed the stream is no error. */
  written(): Promise<Error | undefined>;
}

export interface TextInput extends AsyncIterable<string | Uint8Array> {
  readonly isTTY?: boolean;
}

/** Everything that a command uses beside the store and the network. Tests pass their own. */
export interface CommandContext {
  readonly stdout: TextOutput;
  readonly stderr: LogOutput;
  readonly stdin: TextInput;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** After this call, SIGINT and SIGTERM abort the signal. Before it, they end the process. */
  stopSignal(): AbortSignal;
  /** After this call, SIGHUP calls the listener. Before it, SIGHUP ends the process. */
  onHangup(listener: () => void): void;
  /** An uncaught error is reported to the listener of the latest call, and the process exits with 1. */
  onCrash(tell: (error: unknown) => void): void;
}

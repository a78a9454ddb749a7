/** The source of a stream, and its callbacks. */
export interface PacedSource {
  readonly first: string;
  /** The next piece of text; undefined at the end. Called when the client has received the previous piece. */
  readonly more: () => Promise<string | undefined>;
  /** Called before a piece is sent, with its size in bytes. */
  readonly onPiece: (bytes: number) => void;
  /** Called once, when the client has received everything or has gone. With an error, the connection is broken off. */
  readonly onEnd: (error?: unknown) => void;
}

/** Bytes handed to the runtime at a time. The runtime keeps a copy of them until the client has received them. */
const PART_BYTES = 65_536;

/**
 * A body produced at the speed at which its client reads it (backpressure). A plain text would be copied whole for each
 * connection.
 */
export function pacedStream({ first, more, onPiece, onEnd }: PacedSource): ReadableStream<Uint8Array> {
  let piece = Buffer.from(first);
  let at = 0;
  let isOver = false;

  const end = (error?: unknown): void => {
    if (isOver) return;
    isOver = true;
    piece = Buffer.alloc(0);
    onEnd(error);
  };

  const source = {
    async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
      try {
        while (at >= piece.length) {
          const text = await more();
          if (isOver) return;
          if (text === undefined) {
            controller.close();
            end();
            return;
          }
          piece = Buffer.from(text);
          at = 0;
          onPiece(piece.length);
        }
        controller.enqueue(piece.subarray(at, at + PART_BYTES));
        at += PART_BYTES;
      } catch (error) {
        end(error);
        controller.error(error);
      }
    },
    cancel: () => end(),
  };
  onPiece(piece.length);
  return new ReadableStream(source, { highWaterMark: 0 });
}

/** What a stream is made of, and who is told of it. */
export interface PacedSource {
  readonly first: string;
  /** The next piece of text; undefined at the end. Asked for once the client has taken the last one. */
  readonly more: () => Promise<string | undefined>;
  /** A piece, in bytes, is about to be sent. */
  readonly onPiece: (bytes: number) => void;
  /** Once: all of it was taken, or nobody takes it any more. With an error the connection is broken off. */
  readonly onEnd: (error?: unknown) => void;
}

/** What is handed to the runtime at a time: it keeps a copy of it until the client has taken it. */
const PART_BYTES = 65_536;

/** A body that is made as its client takes it. A whole text would be copied for each connection at once. */
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

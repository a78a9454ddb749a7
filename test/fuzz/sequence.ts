/** Runs one sequence of steps in a fresh world. Judges every answer, and the final state. */
import type { Dialect } from "../../src/core/model.ts";
import type { DocumentJudge } from "../openapi/judge-documented.ts";
import { Closed, type Connection, connect, type RawAnswer } from "./connection.ts";
import { BARE } from "./documented.ts";
import { Fault } from "./fault.ts";
import type { RequestStep, Step } from "./grammar/step.ts";
import { type Judged, judgeAnswer } from "./judge-answer.ts";
import { entitiesOf, judgeEffect } from "./judge-effect.ts";
import { judgeLeaks, Said } from "./leaks.ts";
import { operationsAt, ownOperation } from "./operations-at.ts";
import { piecesOf, type Rendered, render } from "./render.ts";
import { requireDocumented } from "./require-documented.ts";
import { requireSum } from "./require-sum.ts";
import type { Tally } from "./tally.ts";
import { withinReason } from "./within-reason.ts";
import { dialectsOf, type World, type WorldApp } from "./world.ts";

/** "a request over one second" */
export const SLOW_MS = 1000;
/** After this many other requests, the answer to an earlier one must have arrived, if there is one. */
const OTHERS = 3;

export interface Surroundings {
  readonly world: World;
  readonly tally: Tally;
  readonly documents: Readonly<Record<Dialect, DocumentJudge>>;
  /** By how many ms longer than on an idle machine an answer may have taken since the sequence began. */
  readonly allowanceMs: () => Promise<number>;
}

export interface Sent {
  readonly bytes: readonly Uint8Array[];
  readonly answer?: string | undefined;
}

export class Sequence {
  readonly #around: Surroundings;
  readonly #said = new Said();
  readonly #address: string;
  #connection: Connection | undefined;
  #settled = 0;
  /** The traffic of each step. */
  readonly sent: Sent[] = [];

  constructor(around: Surroundings, number: number) {
    this.#around = around;
    // A different address for each sequence, so that one sequence's failures do not affect the next.
    this.#address = [10, (number >> 16) & 255, (number >> 8) & 255, number & 255].join(".");
  }

  async run(steps: readonly Step[]): Promise<void> {
    const { world } = this.#around;
    const toldBefore = world.service.faults.length;
    try {
      for (const app of modelled(world)) await this.#begin(app);
      this.sent.length = 0;
      for (const step of steps) {
        await this.#step(step);
        const told = world.service.faults[toldBefore];
        if (told !== undefined) throw new Fault(`the operator saw an event: ${told}`);
      }
      for (const app of modelled(world)) {
        this.#around.tally.countSum(await requireSum(app, (...call) => this.#own(app, ...call)));
      }
      for (const app of modelled(world)) await this.#end(app);
    } finally {
      this.#connection?.[Symbol.dispose]();
    }
  }

  async #step(step: Step): Promise<void> {
    switch (step.kind) {
      case "request":
        return await this.#request(step);
      case "together":
        return await this.#together(step.requests);
      case "raw":
        return await this.#raw(step.bytes);
    }
  }

  async #request(step: RequestStep): Promise<void> {
    const rendered = render(step, this.#around.world, this.#address);
    this.#connection = await this.#usable();
    const answer = await this.#exchange(rendered, this.#connection);
    const judged = this.#judge(rendered, answer);
    judgeEffect(rendered, judged);
    this.#requireEnd(this.#connection, answer);
  }

  async #usable(): Promise<Connection> {
    if (this.#connection?.isEnded === false) return this.#connection;
    this.#connection?.[Symbol.dispose]();
    return await connect(this.#around.world.port);
  }

  /** Nothing follows an answer, and the connection stays open unless the answer says otherwise. */
  #requireEnd(connection: Connection, { headers }: RawAnswer): void {
    if (connection.pending !== "")
      throw new Fault(`after the answer came ${JSON.stringify(connection.pending.slice(0, 200))}`);
    const isToClose = headers.get("connection") === "close" || this.#connection === undefined;
    if (isToClose) connection[Symbol.dispose]();
    else if (connection.isEnded) throw new Fault("the connection was closed after the answer");
  }

  async #exchange(rendered: Rendered, connection: Connection): Promise<RawAnswer> {
    const pieces = piecesOf(rendered);
    for (const piece of pieces) this.#said.add(piece);
    // A chunked body is not contiguous in the bytes sent.
    if (rendered.body !== undefined) this.#said.add(rendered.body);
    const sent: { bytes: readonly Uint8Array[]; answer?: string } = { bytes: pieces };
    this.sent.push(sent);
    const [head, body] = pieces;
    const from = performance.now();
    if (head !== undefined) connection.write(head);
    let isOwed = body !== undefined && rendered.step.framing === "expected";
    const writeBody = (): void => {
      if (body !== undefined) connection.write(body);
      isOwed = false;
    };
    if (body !== undefined && !isOwed) {
      await Bun.sleep(0);
      writeBody();
    }
    const answer = await withinReason(connection.answer(rendered.method, writeBody));
    const took = performance.now() - from;
    sent.answer = `${answer.status} ${answer.text?.slice(0, 300) ?? ""}`;
    this.#around.tally.count(rendered, answer.status, took);
    if (took > SLOW_MS) {
      const allowed = await this.#around.allowanceMs();
      if (took - allowed > SLOW_MS)
        throw new Fault(`it took ${Math.round(took)} ms, ${Math.round(allowed)} of them the machine's`, {
          isSlow: true,
        });
    } else if (answer.status === 503) {
      throw new Fault("503, though nothing else was asked");
    }
    // Without a 100 the body is not sent.
    if (isOwed) this.#connection = undefined;
    return answer;
  }

  #judge({ step, app, isExact }: Rendered, answer: RawAnswer): Judged {
    const { route } = step.call;
    const judged = judgeAnswer(answer, { route, isExact, dialects: dialectsOf(app) });
    const document = this.#around.documents[app?.dialect ?? "2021"];
    if (route && isExact) requireDocumented(operationsAt(route, step.username), document, judged);
    const own = step.tail === "" ? ownOperation(step.call) : undefined;
    if (own !== undefined) requireDocumented([own], document, judged);
    this.#judgeLeaks(answer);
    return judged;
  }

  #judgeLeaks({ text = "", headers }: RawAnswer): void {
    // A new token of the same user, created in the same millisecond as a known one, is the same text.
    const own = text.replace(/^\{"access_token":"[^"]*"/, "");
    const shown = `${own}\n${[...headers].map((pair) => pair.join(": ")).join("\n")}`;
    judgeLeaks(shown, this.#around.world.secrets(), () => this.#said.text);
  }

  async #together(steps: readonly RequestStep[]): Promise<void> {
    const { world } = this.#around;
    const all = steps.map((step) => render(step, world, this.#address));
    const answers = await Promise.all(
      all.map(async (rendered) => {
        using connection = await connect(world.port);
        return await this.#exchange(rendered, connection);
      }),
    );
    for (const [index, rendered] of all.entries()) {
      const answer = answers[index];
      if (answer !== undefined) this.#judge(rendered, answer);
      rendered.app?.users.forget();
    }
  }

  async #raw(text: string): Promise<void> {
    const { world } = this.#around;
    const { narrow } = world.apps;
    const bytes = Buffer.from(
      text.replaceAll("$TOKEN$", () => narrow.bearers.get("admin") ?? ""),
      "latin1",
    );
    this.#said.add(bytes);
    const sent: { bytes: readonly Uint8Array[]; answer?: string } = { bytes: [bytes] };
    this.sent.push(sent);
    narrow.users.forget();
    using connection = await connect(world.port);
    connection.write(bytes);
    const reading = this.#read(connection, sent).catch((fault: unknown) => fault);
    // Some bytes begin a request and wait for more; no answer is due.
    await this.#others(OTHERS, connection);
    connection[Symbol.dispose]();
    const fault = await reading;
    if (fault !== undefined) throw fault;
    await this.#settle(narrow);
    this.#around.tally.countRaw();
  }

  /** An abandoned set may still be in flight; a later set finishes after it. */
  async #settle(app: WorldApp): Promise<void> {
    for (;;) {
      this.#settled += 1;
      const { status } = await this.#admin(app, "PUT", "/metadata/user/ada", `n=${this.#settled}`);
      if (status === 200 || status === 404) break;
      if (status === 403) await this.#own(app, "DELETE", "/metadata/user/ada");
      else if (status !== 409) throw new Fault(`a set after bytes that are no HTTP is ${status}`);
    }
    app.users.forget();
  }

  async #read(connection: Connection, sent: { answer?: string }): Promise<void> {
    for (;;) {
      const answer = await connection.answer("GET").catch((error: unknown) => {
        if (error instanceof Closed) return undefined;
        throw error;
      });
      if (answer === undefined) return;
      sent.answer = `${answer.status} ${answer.text ?? ""}`;
      const isBare = answer.text === "" && BARE.has(answer.status);
      if (!isBare) judgeAnswer(answer, { route: null, isExact: false, dialects: dialectsOf(undefined) });
      this.#judgeLeaks(answer);
    }
  }

  /** Runs other requests, until `count` are answered or the connection ends. Shows that the server is still alive. */
  async #others(count: number, beside: Connection): Promise<void> {
    using other = await connect(this.#around.world.port);
    for (let made = 0; made < count && !beside.isEnded; made++) {
      other.write(Buffer.from("GET /-/health HTTP/1.1\r\nHost: x\r\n\r\n"));
      const answer = await withinReason(other.answer("GET"));
      if (answer.text !== '{"status":"alive"}') throw new Fault(`/-/health answers ${answer.status} ${answer.text}`);
    }
  }

  /** A request of the fuzzer itself, as an admin. */
  async #own(app: WorldApp, method: string, path: string, json?: unknown): Promise<Judged> {
    const answer = await this.#admin(app, method, path, json === undefined ? "" : JSON.stringify(json));
    if (answer.status !== 200) throw new Fault(`${method} ${path} by the admin: ${answer.status} ${answer.text}`);
    return judgeAnswer(answer, { route: undefined, isExact: false, dialects: [app.dialect] });
  }

  async #admin({ key, bearers }: WorldApp, method: string, path: string, body: string): Promise<RawAnswer> {
    this.#connection = await this.#usable();
    const head = [
      `${method} /${key}${path} HTTP/1.1`,
      "Host: localhost",
      `Authorization: Bearer ${bearers.get("admin")}`,
    ];
    const length = `Content-Length: ${Buffer.byteLength(body)}`;
    this.#connection.write(Buffer.from(`${[...head, length].join("\r\n")}\r\n\r\n${body}`));
    return await withinReason(this.#connection.answer(method));
  }

  /** Creates exactly Ada, Bob and Cyd, without attributes. */
  async #begin(app: WorldApp): Promise<void> {
    const { passwords } = this.#around.world;
    app.users.clear();
    const all = [...passwords].map(([username, password]) => ({ username, password }));
    await this.#own(app, "POST", "/users", all);
    for (const name of passwords.keys()) app.users.made(name);
    if (Date.now() > app.brief.until) app.bearers.set("expired", app.brief.token);
    const former = app.bearers.get("ada");
    if (former !== undefined) app.bearers.set("ended", former);
    for (const name of ["ada", "bob"] as const) {
      const { body } = await this.#own(app, "POST", "/token", { grant_type: "inherit", username: name });
      app.bearers.set(name, String(body.access_token));
    }
    const { narrow, wide } = this.#around.world.apps;
    narrow.bearers.set("other app's ada", wide.bearers.get("ada") ?? "");
    wide.bearers.set("other app's ada", narrow.bearers.get("ada") ?? "");
  }

  /** Checks that no user is left, and no data. */
  async #end(app: WorldApp): Promise<void> {
    while (entitiesOf(await this.#own(app, "DELETE", "/users?limit=100")).length === 100);
    const { data } = (await this.#own(app, "GET", "/metadata/user/capacity")).body;
    if (data !== 0) throw new Fault(`the capacity of ${app.key} is ${data} when all users are removed`);
  }
}

function modelled({ apps }: World): readonly WorldApp[] {
  return Object.values(apps).filter(({ isRated }) => !isRated);
}

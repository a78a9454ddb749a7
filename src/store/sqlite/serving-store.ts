import { written } from "../../core/metadata/written.ts";
import type { ReadPurpose } from "../../core/ports/attribute-store.ts";
import type { Store } from "../../core/ports/store.ts";
import { AttributeCache, type EngineReads } from "../cache/attribute-cache.ts";
import { StoreError } from "../store-error.ts";
import { authorityArguments } from "./commands/attribute-commands.ts";
import type { Connection } from "./connection/connection.ts";
import { fileIdAt, isSameFile } from "./files/file-id.ts";
import * as reads from "./reads.ts";
import type { SharedState } from "./shared-state.ts";
import type { WriterClient } from "./writer/writer-client.ts";

export interface ServingParts {
  /** Reads only. */
  readonly connection: Connection;
  readonly writer: WriterClient;
  readonly shared: SharedState;
  readonly cacheBytes: number;
}

/**
 * A store as one thread serves it: reads run on this thread, writes on the writer's. The caller that opened the parts
 * closes them.
 */
export function createServingStore(parts: ServingParts): Omit<Store, "failed" | typeof Symbol.asyncDispose> {
  const { connection, writer, shared } = parts;
  const file = fileIdAt(connection.path);
  const attributes = attributeReads(parts);

  /** The writer checks the files more closely. But a set that changes nothing is acknowledged without the writer. */
  function requireFile(purpose: ReadPurpose): void {
    if (purpose !== "write" || isSameFile(fileIdAt(connection.path), file)) return;
    throw new StoreError("file_lost", `${connection.path} has been moved, removed or replaced`);
  }

  return {
    async ping() {
      requireFile("write");
      reads.readChanges(connection, Number.MAX_SAFE_INTEGER);
      await writer.ping();
      return [];
    },
    feedVersion: () => shared.feedVersion(),
    changesSince: (cursor) => reads.readChanges(connection, cursor),
    apps: () => reads.readApps(connection),
    app: (number) => reads.readApp(connection, number),
    insertApp: (app) => writer.send("insertApp", app),
    changeApp: (number, change, now) => writer.send("changeApp", number, change, now),
    deleteApp: (number, now) => writer.send("deleteApp", number, now),
    purge: (countMax) => writer.send("purge", countMax),
    signingKeys: () => reads.readSigningKeys(connection),
    addSigningKey: (secret, now) => writer.send("addSigningKey", secret, now),
    user: (app, name) => reads.readUser(connection, app, name),
    userById: (app, id) => reads.readUserById(connection, app, id),
    users: (app, after, countMax) => reads.readUsers(connection, app, after, countMax),
    insertUsers: (app, users, authority) => writer.send("insertUsers", app, users, authority),
    changeUser: (app, name, change, now, terms) => writer.send("changeUser", app, name, change, now, terms),
    deleteUsers: (app, names, now, terms) => writer.send("deleteUsers", app, names, now, terms),
    attributes(app, name, purpose = "answer") {
      requireFile(purpose);
      return attributes.one(app, name);
    },
    attributesOf(app, names, purpose = "answer") {
      requireFile(purpose);
      return attributes.many(app, names);
    },
    ...(attributes.copy === undefined ? {} : { copyAttributes: attributes.copy }),
    version: attributes.version,
    modifiedOf: attributes.modifiedOf,
    async writeAttributes(write, terms) {
      const { app, name, userId, version, json, bytes, modified, appBytesMax } = write;
      const { result, stamp } = await writer.write(
        "writeAttributes",
        app,
        name,
        userId,
        version,
        json,
        bytes,
        modified,
        appBytesMax,
        ...authorityArguments(write, terms?.authority),
      );
      if (result === "written" && stamp !== undefined) attributes.add?.(app, name, stamp, written(write));
      return result;
    },
    writeAttributesOf: (writes, allOrNothing, terms) =>
      writer.send("writeAttributesOf", writes, allOrNothing, terms?.authority),
    clearAttributes: (app, name, now, authority) => writer.send("clearAttributes", app, name, now, authority),
    usage: (app) => reads.readUsage(connection, app),
    publishDemand: () => [],
  };
}

interface AttributeReads {
  readonly one: Store["attributes"];
  readonly many: Store["attributesOf"];
  readonly copy?: NonNullable<Store["copyAttributes"]>;
  readonly version: Store["version"];
  readonly modifiedOf: Store["modifiedOf"];
  readonly add?: AttributeCache["add"];
}

function attributeReads({ connection, shared, cacheBytes }: ServingParts): AttributeReads {
  const engine: EngineReads = {
    one: (app, name) => reads.readAttributes(connection, app, name),
    many: (app, names) => reads.readAttributesOf(connection, app, names),
    version: (app, name) => reads.readVersion(connection, app, name),
    versions: (app, names) => reads.readVersionsOf(connection, app, names),
  };
  if (cacheBytes === 0) {
    return { ...engine, modifiedOf: (app, names) => engine.versions(app, names).map((found) => found?.modified) };
  }
  const cache = new AttributeCache(cacheBytes, shared.stamps, engine);
  return {
    one: (app, name) => cache.one(app, name),
    many: (app, names) => cache.many(app, names),
    copy: (app, names, spellings, into, read) => cache.copy(app, names, spellings, into, read),
    version: (app, name) => cache.version(app, name),
    modifiedOf: (app, names) => cache.modifiedOf(app, names),
    add: (app, name, stamp, attributes) => cache.add(app, name, stamp, attributes),
  };
}

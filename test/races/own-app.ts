import { afterAll, beforeAll } from "bun:test";
import type { AppSettings } from "../../src/core/model.ts";
import { type Admin, signIn } from "../harness/client.ts";
import { eventually } from "../harness/eventually.ts";
import { startTestService, type TestService, type TestServiceOptions } from "../harness/service.ts";

export type OwnApp = Awaited<ReturnType<TestService["addApp"]>> & {
  readonly service: TestService;
  readonly admin: Admin;
};

/** One server for all tests of a file, because workers start slowly; each test has its own app. */
export function ownApps(options: TestServiceOptions): (settings?: Partial<AppSettings>) => Promise<OwnApp> {
  let service: TestService;
  let count = 0;
  beforeAll(async () => {
    service = await startTestService(options);
  });
  afterAll(() => service[Symbol.asyncDispose]());
  return async (settings) => {
    count += 1;
    const app = await service.addApp(`org/app-${count}`, settings);
    return { ...app, service, admin: await eventually(() => signIn(app)) };
  };
}

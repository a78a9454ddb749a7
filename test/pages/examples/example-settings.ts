import type { TestService } from "../../harness/service.ts";

/**
 * Puts a server of the tests in the place of what an example's `.env` names. The kits want its address and the app key apart.
 */
export function exampleSettings({ origin, base, app }: TestService): Readonly<Record<string, string>> {
  return {
    VITE_URL: base,
    VITE_REST_URL: origin,
    VITE_APP_KEY: app.key.replace("/", "#"),
    VITE_USERS: "ada,bob,cyd,zoe",
  };
}

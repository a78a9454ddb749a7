/** The app's prefix of all paths: `/{org}/{app}`. */
export interface AppKey {
  readonly org: string;
  readonly app: string;
}

/** Accepts the form of paths and the form of the SDKs: `org/app`, `org#app`. Undefined: neither. */
export function parseAppKey(text: string): AppKey | undefined {
  const [org = "", app = "", ...rest] = text.trim().split(/[/#]/);
  return org === "" || app === "" || rest.length > 0 ? undefined : { org, app };
}

/**
 * From the address that `npm start` prints: `#app=ORG/APP`. The server never tells unauthenticated clients which apps
 * exist.
 */
export function appKeyIn(fragment: string): string {
  return new URLSearchParams(fragment.replace(/^#/, "")).get("app") ?? "";
}

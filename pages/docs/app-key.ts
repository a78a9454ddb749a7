/** What the paths of an app's calls begin with: `/{org}/{app}`. */
export interface AppKey {
  readonly org: string;
  readonly app: string;
}

/** As it stands in a path, or as the SDKs write it: `org/app`, `org#app`. Undefined: it is neither. */
export function parseAppKey(text: string): AppKey | undefined {
  const [org = "", app = "", ...rest] = text.trim().split(/[/#]/);
  return org === "" || app === "" || rest.length > 0 ? undefined : { org, app };
}

/** From the address that `npm start` prints: `#app=ORG/APP`. The server tells no app to strangers. */
export function appKeyIn(fragment: string): string {
  return new URLSearchParams(fragment.replace(/^#/, "")).get("app") ?? "";
}

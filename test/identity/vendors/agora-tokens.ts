/** Tokens as Agora's own builder makes them, and such as only a mistaken or malicious maker would. */
import { createRequire } from "node:module";
import { ChatTokenBuilder } from "agora-token";

export const APP_ID = "970CA35de60c44645bbae8a215061b33";
export const CERTIFICATE = "5CFd2fd1755d40ecb72977518be15d3b";
export const NEXT_CERTIFICATE = "0123456789abcdef0123456789abcdef";

export const USER_PRIVILEGE = 1;
export const ADMIN_PRIVILEGE = 2;

interface Service {
  add_privilege(privilege: number, seconds: number): void;
}

interface Builder {
  salt: number;
  add_service(service: Service): void;
  build(): string;
}

interface Parts {
  readonly AccessToken2: new (appId: string, certificate: string, issued: number, seconds: number) => Builder;
  readonly ServiceChat: new (user: string) => Service;
  readonly ServiceRtc: new (channel: string, user: string) => Service;
}

// as: the package has no types for its parts
const { AccessToken2, ServiceChat, ServiceRtc } = createRequire(import.meta.url)(
  "agora-token/src/AccessToken2",
) as Parts;

export function userToken(user: string, seconds = 600, certificate = CERTIFICATE, appId = APP_ID): string {
  return ChatTokenBuilder.buildUserToken(appId, certificate, user, seconds);
}

export function appToken(seconds = 600, certificate = CERTIFICATE): string {
  return ChatTokenBuilder.buildAppToken(APP_ID, certificate, seconds);
}

interface Unusual {
  /** Seconds since 1970. */
  readonly issued?: number;
  readonly seconds?: number;
  /** One list for each service of Chat. */
  readonly chats?: readonly { readonly user: string; readonly privileges: readonly (readonly [number, number])[] }[];
  /** Another service of the same token, which comes first. */
  readonly hasRtc?: boolean;
}

export function unusualToken({ issued = nowSeconds(), seconds = 600, chats = [], hasRtc = false }: Unusual): string {
  const token = new AccessToken2(APP_ID, CERTIFICATE, issued, seconds);
  const rtc = new ServiceRtc("room", "7");
  rtc.add_privilege(1, seconds);
  if (hasRtc || chats.length === 0) token.add_service(rtc);
  for (const { user, privileges } of chats) {
    const chat = new ServiceChat(user);
    for (const [privilege, lifetime] of privileges) chat.add_privilege(privilege, lifetime);
    token.add_service(chat);
  }
  return token.build();
}

export function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

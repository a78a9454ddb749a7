import { CompactSign, exportJWK, generateKeyPair, type JWK } from "jose";

export const AUDIENCE = "https://profiles.example";

export interface SigningPair {
  readonly kid: string;
  readonly jwk: JWK;
  readonly privateJwk: JWK;
  sign(claims: Readonly<Record<string, unknown>>, header?: Readonly<Record<string, unknown>>): Promise<string>;
  /** Whatever the claims are, as they are written. */
  signText(claims: string, header?: Readonly<Record<string, unknown>>): Promise<string>;
}

/** Signs good tokens of Ada unless the claims say otherwise; undefined leaves one out. */
export async function signingPair(issuer: string, alg: string, kid: string): Promise<SigningPair> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const signText: SigningPair["signText"] = (claims, header = {}) =>
    new CompactSign(new TextEncoder().encode(claims)).setProtectedHeader({ alg, kid, ...header }).sign(privateKey);
  return {
    kid,
    signText,
    jwk: { ...(await exportJWK(publicKey)), kid, alg, use: "sig" },
    privateJwk: await exportJWK(privateKey),
    async sign(claims, header) {
      const now = Math.floor(Date.now() / 1000);
      const all = { iss: issuer, aud: AUDIENCE, sub: "ada", iat: now, exp: now + 600, ...claims };
      return await signText(JSON.stringify(all), header);
    },
  };
}

/** Serves a discovery document and keys, and counts how often it is asked for them. */
export class KeyServer implements AsyncDisposable {
  readonly #server: Bun.Server<undefined>;
  keys: readonly unknown[] = [];
  asked = 0;
  /** Instead of the keys. */
  answer: (() => Response | Promise<Response>) | undefined;

  constructor(port = 0) {
    this.#server = Bun.serve({
      hostname: "127.0.0.1",
      port,
      fetch: ({ url }) => {
        const { pathname } = new URL(url);
        if (pathname === "/.well-known/openid-configuration") {
          return Response.json({ issuer: this.issuer, jwks_uri: `${this.issuer}/jwks` });
        }
        this.asked += 1;
        return this.answer?.() ?? Response.json({ keys: this.keys });
      },
    });
  }

  get issuer(): string {
    return `http://127.0.0.1:${this.#server.port}`;
  }

  async stop(): Promise<void> {
    await this.#server.stop(true);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

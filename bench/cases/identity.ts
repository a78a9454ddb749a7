import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ChatTokenBuilder } from "agora-token";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { APP } from "../data/seeded-store.ts";
import { FEW_USERS, freshStore } from "../data/stores.ts";
import type { Draw } from "../load/draw.ts";
import { finishedCommand } from "../measure/finished-command.ts";
import { rateRatio } from "../measure/ratios.ts";
import { measureRounds } from "../measure/rounds.ts";
import { dynamicToken } from "../sides/dynamic-token.ts";
import { startUsermeta } from "../sides/usermeta.ts";
import { usermetaRequests } from "../sides/usermeta-requests.ts";
import type { Case } from "./case.ts";

const MAIN = join(import.meta.dir, "../../src/main.ts");
const DAY_SECONDS = 86_400;
const APP_ID = "970ca35de60c44645bbae8a215061b33";
const CERTIFICATE = "5cfd2fd1755d40ecb72977518be15d3b";
const ISSUER = "https://id.example";
const AUDIENCE = "https://profiles.example";
const CLIENT = { id: "YXA6bench", secret: "YXA6secret" };

/** The attributes of one user with external tokens, compared with our own tokens. */
export const identity: Case = async (bench) => {
  const store = await freshStore(bench);
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  const jwks = join(bench.folder, "jwks.json");
  writeFileSync(jwks, JSON.stringify({ keys: [await exportJWK(publicKey)] }));
  const files = { certificate: join(bench.folder, "agora"), secret: join(bench.folder, "easemob") };
  writeFileSync(files.certificate, CERTIFICATE);
  writeFileSync(files.secret, CLIENT.secret);
  const settings = [
    ...["--agora-app-id", APP_ID, "--agora-certificate-file", files.certificate],
    ...["--easemob-client-id", CLIENT.id, "--easemob-client-secret-file", files.secret],
    ...["--oidc-issuer", ISSUER, "--oidc-audience", AUDIENCE, "--oidc-jwks", jwks],
  ];
  const setApp = [process.execPath, MAIN, "app", "set", APP, ...settings, "--store", `sqlite:${store}`];
  await finishedCommand(setApp, { signal: bench.signal });
  await using ours = await startUsermeta(bench, { store });
  const draw: Draw = { kind: "uniform", count: FEW_USERS };
  const agora = usermetaRequests(ChatTokenBuilder.buildUserToken(APP_ID, CERTIFICATE, "somebody", DAY_SECONDS));
  const signing = new SignJWT({ sub: "somebody" }).setProtectedHeader({ alg: "ES256" });
  const signed = signing.setIssuer(ISSUER).setAudience(AUDIENCE).setIssuedAt().setExpirationTime("1d");
  const jwt = usermetaRequests(await signed.sign(privateKey));
  const dynamic = usermetaRequests(dynamicToken(APP, CLIENT, "somebody", DAY_SECONDS));
  const series = await measureRounds(bench, {
    own: { side: ours, what: "get, our own token", request: ours.requests.get, draw },
    agora: { side: ours, what: "get, Agora's token", request: agora.get, draw },
    dynamic: { side: ours, what: "get, a dynamic token", request: dynamic.get, draw },
    jwt: { side: ours, what: "get, a JSON Web Token", request: jwt.get, draw },
  });
  return {
    series,
    measured: {
      identityAgora: rateRatio(series.agora, series.own),
      identityDynamic: rateRatio(series.dynamic, series.own),
      identityJwt: rateRatio(series.jwt, series.own),
    },
  };
};

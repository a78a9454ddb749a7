import { join } from "node:path";

/** A certificate that vouches for itself, and its key: two PEM files. */
export interface Certificate {
  readonly file: string;
  readonly keyFile: string;
}

/** Valid for a day. */
export async function makeCertificate(folder: string, host: string): Promise<Certificate> {
  const certificate = { file: join(folder, `${host}.pem`), keyFile: join(folder, `${host}.key`) };
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", certificate.keyFile];
  const name = ["-subj", `/CN=${host}`, "-addext", `subjectAltName=DNS:${host}`];
  const openssl = Bun.spawn(["openssl", "req", "-x509", "-days", "1", ...key, ...name, "-out", certificate.file], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const problems = await openssl.stderr.text();
  if ((await openssl.exited) !== 0) throw new Error(`openssl: ${problems}`);
  return certificate;
}

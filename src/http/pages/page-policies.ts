/** What every page of ours may load: its own files, which this server sends. */
const STRICT = {
  "default-src": "'self'",
  "script-src": "'self'",
  "style-src": "'self'",
  "img-src": "'self'",
  "connect-src": "'self'",
  "object-src": "'none'",
  "frame-ancestors": "'none'",
  "base-uri": "'none'",
  "form-action": "'self'",
};

export const STRICT_POLICY = policyText(STRICT);

/**
 * For the page with the viewer, which sets styles from its script and has small pictures in them. Scripts stay this
 * server's own: nothing that a document or an answer says is ever run.
 */
export const VIEWER_POLICY = policyText({
  ...STRICT,
  "style-src": "'self' 'unsafe-inline'",
  "img-src": "'self' data:",
});

function policyText(directives: Readonly<Record<string, string>>): string {
  return Object.entries(directives)
    .map(([name, sources]) => `${name} ${sources}`)
    .join("; ");
}

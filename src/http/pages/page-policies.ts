/** The Content-Security-Policy (CSP) of all pages: they load only files of this server. */
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
 * The CSP of the page with the viewer, whose script sets styles and contains small images. Scripts still come only from
 * this server, so that nothing in a document or an answer is executed.
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

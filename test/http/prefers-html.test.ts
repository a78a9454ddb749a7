import { expect, test } from "bun:test";
import { prefersHtml } from "../../src/http/pages/prefers-html.ts";

test.each([
  "text/html",
  "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
  "TEXT/HTML; charset=utf-8; q=0.9, */*;q=0.8",
  "application/json;q=0.5, text/html;q=0.6",
  "text/*",
  "text/html, application/*;q=0.9",
  "*/*;q=0.1, text/html;q=0.2",
])("%s prefers a page", (accept) => expect(prefersHtml(accept)).toBeTrue());

test.each([
  null,
  "",
  "*/*",
  "application/json",
  "application/json, text/plain, */*",
  "text/html, application/json",
  "text/html;q=0.5, */*",
  "text/html;q=0",
  "text/html;q=0, */*;q=0.5",
  "application/json, text/*;q=0.9",
  "text/plain",
  "text/html;q=2",
  "html",
])("%p does not prefer a page", (accept) => expect(prefersHtml(accept)).toBeFalse());

/**
 * "Try the API": a form that gets a token, and the viewer, which uses the token. The pages only call this server's
 * public API; they must not load anything from elsewhere.
 */
import { type ApiDocument, type Dialect, documentAddress, loadDocument } from "./api-document.ts";
import { type AppKey, appKeyIn, parseAppKey } from "./app-key.ts";
import { element } from "./element.ts";
import { forViewer } from "./for-viewer.ts";
import { TokenForm } from "./token-form.ts";
import { Viewer } from "./viewer.ts";

const viewer = new Viewer(element("viewer", HTMLElement));
const notice = element("notice", HTMLElement);
const documentLink = element("document", HTMLAnchorElement);
const dialects = [...document.querySelectorAll<HTMLInputElement>('input[name="dialect"]')];

let loaded: ApiDocument | undefined;
let key: AppKey | undefined;
let token: string | undefined;

const shown = (source: ApiDocument) => ({
  document: forViewer(source, key, location.origin),
  token,
});

async function show(dialect: Dialect): Promise<void> {
  documentLink.href = documentAddress(dialect);
  try {
    const document = await loadDocument(dialect);
    // Meanwhile the person may have chosen the other dialect.
    if (dialect !== chosenDialect()) return;
    loaded = document;
    showLoaded(document);
  } catch (error) {
    showError(error);
  }
}

function showLoaded(document: ApiDocument): void {
  try {
    viewer.show(shown(document));
    notice.hidden = true;
  } catch (error) {
    showError(error);
  }
}

function showError(error: unknown): void {
  notice.textContent = `The API's document cannot be shown. ${error instanceof Error ? error.message : ""}`;
  notice.hidden = false;
}

function chosenDialect(): Dialect {
  return dialects.some(({ value, checked }) => checked && value === "2026") ? "2026" : "2021";
}

const address = new URL(location.href);
const app = appKeyIn(address.hash);
key = parseAppKey(app);
// The viewer uses fragments of its own.
if (app !== "") history.replaceState(null, "", address.pathname + address.search);
const asked = address.searchParams.get("dialect");
for (const input of dialects) {
  if (asked === "2021" || asked === "2026") input.checked = input.value === asked;
  input.addEventListener("change", () => {
    const dialect = chosenDialect();
    history.replaceState(null, "", `?dialect=${dialect}`);
    void show(dialect);
  });
}

new TokenForm(app, (granted) => {
  const isSameApp = key?.org === granted.key.org && key.app === granted.key.app;
  ({ key, token } = granted);
  if (loaded === undefined) return;
  if (isSameApp) viewer.update(shown(loaded));
  else showLoaded(loaded);
});
void show(chosenDialect());

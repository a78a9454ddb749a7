import { type ApiDocument, bearerSchemeOf } from "./api-document.ts";

/** The global that Scalar's script defines; it is loaded before ours. */
declare const Scalar: {
  createApiReference(place: Element, configuration: Readonly<Record<string, unknown>>): ScalarReference;
};

interface ScalarReference {
  updateConfiguration(configuration: Readonly<Record<string, unknown>>): void;
  destroy(): void;
}

export interface Shown {
  readonly document: ApiDocument;
  /** Undefined until a token was obtained. */
  readonly token: string | undefined;
}

/** Languages of typical backends and pages that call this server. The viewer's menu has all others. */
const SAMPLES = ["shell/curl", "js/fetch", "java/okhttp", "python/requests", "php/curl", "go/native"];

/** Nothing is loaded from or sent to other servers, and no secret is kept after the tab closes. */
const SETTINGS = {
  withDefaultFonts: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  telemetry: false,
  proxyUrl: "",
  persistAuth: false,
  hideClientButton: true,
  showDeveloperTools: "never",
  // Without a choice of its own, the viewer follows the system, as the page does.
  hideDarkModeToggle: true,
  documentDownloadType: "none",
  theme: "none",
  defaultHttpClient: { targetKey: "shell", clientKey: "curl" },
  featuredClients: SAMPLES,
  defaultOpenAllTags: true,
  hideModels: true,
  operationTitleSource: "summary",
};

/** Scalar's script needs lookbehind in regular expressions, and fails immediately without it (Safari before 16.4). */
const TOO_OLD = "Its viewer needs a browser of 2023 or later. The form above still works.";

/** The viewer, in its place in the page. */
export class Viewer {
  readonly #place: HTMLElement;
  #reference: ScalarReference | undefined;

  constructor(place: HTMLElement) {
    this.#place = place;
  }

  /**
   * Renders it again, which clears its inputs. Throws an error with a text for people if the browser cannot show it.
   */
  show(shown: Shown): void {
    if (typeof Scalar === "undefined") throw new Error(TOO_OLD);
    this.#reference?.destroy();
    this.#place.replaceChildren();
    const mount = this.#place.appendChild(document.createElement("div"));
    this.#reference = Scalar.createApiReference(mount, configurationOf(shown));
  }

  /** Updates it and keeps its inputs. */
  update(shown: Shown): void {
    this.#reference?.updateConfiguration(configurationOf(shown));
  }
}

function configurationOf({ document, token }: Shown): Readonly<Record<string, unknown>> {
  const scheme = bearerSchemeOf(document);
  return {
    ...SETTINGS,
    content: document,
    authentication: {
      preferredSecurityScheme: scheme,
      securitySchemes: { [scheme]: { token: token ?? "" } },
    },
  };
}

import { type ApiDocument, bearerSchemeOf } from "./api-document.ts";

/** What Scalar's script, which is loaded before ours, leaves on the page. */
declare const Scalar: {
  createApiReference(place: Element, configuration: Readonly<Record<string, unknown>>): ScalarReference;
};

interface ScalarReference {
  updateConfiguration(configuration: Readonly<Record<string, unknown>>): void;
  destroy(): void;
}

export interface Shown {
  readonly document: ApiDocument;
  /** Undefined: none was got yet. */
  readonly token: string | undefined;
}

/** Those of backends and pages that call such a server; the viewer's menu has the others. */
const SAMPLES = ["shell/curl", "js/fetch", "java/okhttp", "python/requests", "php/curl", "go/native"];

/** Nothing is loaded from elsewhere, nothing is sent elsewhere, and no secret is kept beyond the tab. */
const SETTINGS = {
  withDefaultFonts: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  telemetry: false,
  proxyUrl: "",
  persistAuth: false,
  hideClientButton: true,
  showDeveloperTools: "never",
  // Without a choice of its own it follows the system, as the page does.
  hideDarkModeToggle: true,
  documentDownloadType: "none",
  theme: "none",
  defaultHttpClient: { targetKey: "shell", clientKey: "curl" },
  featuredClients: SAMPLES,
  defaultOpenAllTags: true,
  hideModels: true,
  operationTitleSource: "summary",
};

/** Scalar's script needs regular expressions that look behind, and ends at once where there are none (Safari before 16.4). */
const TOO_OLD = "Its viewer needs a browser of 2023 or later. The form above works all the same.";

/** The viewer, on its place in the page. */
export class Viewer {
  readonly #place: HTMLElement;
  #reference: ScalarReference | undefined;

  constructor(place: HTMLElement) {
    this.#place = place;
  }

  /** Shows it anew: what was typed into it is gone. Throws, with a text for a person, where the browser cannot show it. */
  show(shown: Shown): void {
    if (typeof Scalar === "undefined") throw new Error(TOO_OLD);
    this.#reference?.destroy();
    this.#place.replaceChildren();
    const mount = this.#place.appendChild(document.createElement("div"));
    this.#reference = Scalar.createApiReference(mount, configurationOf(shown));
  }

  /** Keeps what was typed into it. */
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

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
  readonly isDark: boolean;
}

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
  hideDarkModeToggle: true,
  documentDownloadType: "none",
  theme: "none",
  defaultHttpClient: { targetKey: "shell", clientKey: "curl" },
  defaultOpenAllTags: true,
  hideModels: true,
  operationTitleSource: "summary",
};

/** The viewer, on its place in the page. */
export class Viewer {
  readonly #place: HTMLElement;
  #reference: ScalarReference | undefined;

  constructor(place: HTMLElement) {
    this.#place = place;
  }

  /** Shows it anew: what was typed into it is gone. */
  show(shown: Shown): void {
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

function configurationOf({ document, token, isDark }: Shown): Readonly<Record<string, unknown>> {
  const scheme = bearerSchemeOf(document);
  return {
    ...SETTINGS,
    content: document,
    forceDarkModeState: isDark ? "dark" : "light",
    darkMode: isDark,
    authentication: {
      preferredSecurityScheme: scheme,
      securitySchemes: { [scheme]: { token: token ?? "" } },
    },
  };
}

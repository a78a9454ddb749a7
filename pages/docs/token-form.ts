import { type AppKey, parseAppKey } from "./app-key.ts";
import { element } from "./element.ts";
import { type Grant, requestToken } from "./request-token.ts";

/** The token that a person obtained. */
export interface Granted {
  readonly key: AppKey;
  readonly token: string;
}

/** Labels of the fields, by grant. `fill` lets the browser's password manager help with users. */
const LABELS = {
  client_credentials: { name: "Client id", secret: "Client secret", fill: ["off", "off"] },
  password: { name: "Username", secret: "Password", fill: ["username", "current-password"] },
} as const;

const COPIED_MS = 2000;
const DAY_S = 86_400;
const HOUR_S = 3600;

/** The form that gets a token. It shows the server's own error texts. */
export class TokenForm {
  readonly #form = element("form", HTMLFormElement);
  readonly #app = element("app", HTMLInputElement);
  readonly #name = element("name", HTMLInputElement);
  readonly #secret = element("secret", HTMLInputElement);
  readonly #submit = element("submit", HTMLButtonElement);
  readonly #error = element("error", HTMLElement);
  readonly #granted = element("granted", HTMLElement);
  readonly #copy = element("copy", HTMLButtonElement);
  readonly #onToken: (granted: Granted) => void;
  #token = "";

  /** @param app initial content of the field; may be empty */
  constructor(app: string, onToken: (granted: Granted) => void) {
    this.#onToken = onToken;
    this.#app.value = app;
    this.#submit.disabled = false;
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#ask();
    });
    for (const radio of this.#form.querySelectorAll('input[name="grant"]')) {
      radio.addEventListener("change", () => this.#label());
    }
    this.#copy.addEventListener("click", () => void this.#copyToken());
    this.#label();
  }

  #grant(): Grant {
    return new FormData(this.#form).get("grant") === "password" ? "password" : "client_credentials";
  }

  #label(): void {
    const { name, secret, fill } = LABELS[this.#grant()];
    element("name-label", HTMLElement).textContent = name;
    element("secret-label", HTMLElement).textContent = secret;
    [this.#name.autocomplete, this.#secret.autocomplete] = fill;
  }

  async #ask(): Promise<void> {
    const grant = this.#grant();
    const key = parseAppKey(this.#app.value);
    const [name, secret] = [this.#name.value.trim(), this.#secret.value];
    if (key === undefined) return this.#refuse("The app key is written org/app.", this.#app);
    if (name === "") return this.#refuse(`${LABELS[grant].name} is missing.`, this.#name);
    if (secret === "") return this.#refuse(`${LABELS[grant].secret} is missing.`, this.#secret);
    this.#submit.disabled = true;
    const answer = await requestToken(key, { grant, name, secret });
    this.#submit.disabled = false;
    if ("refused" in answer) {
      this.#refuse([answer.refused, answer.hint].filter((part) => part !== undefined).join(" – "));
      this.#submit.focus();
      return;
    }
    this.#refuse("");
    this.#token = answer.token;
    const whose = grant === "password" ? name : "the admin";
    this.#granted.textContent = `Calls carry a token of ${whose} of ${key.org}/${key.app}, good for ${timeText(answer.expiresInS)}.`;
    this.#copy.hidden = false;
    this.#onToken({ key, token: answer.token });
  }

  /** @param field the field to correct */
  #refuse(text: string, field?: HTMLInputElement): void {
    this.#error.textContent = text;
    for (const each of [this.#app, this.#name, this.#secret]) {
      each.setAttribute("aria-invalid", String(each === field));
    }
    field?.focus();
  }

  async #copyToken(): Promise<void> {
    const text = this.#copy.textContent;
    const isCopied = await navigator.clipboard.writeText(this.#token).then(
      () => true,
      () => false,
    );
    this.#copy.textContent = isCopied ? "Copied" : "Not allowed here";
    setTimeout(() => {
      this.#copy.textContent = text;
    }, COPIED_MS);
  }
}

function timeText(seconds: number): string {
  const [count, unit] =
    seconds >= 2 * DAY_S
      ? [Math.floor(seconds / DAY_S), "days"]
      : seconds >= 2 * HOUR_S
        ? [Math.floor(seconds / HOUR_S), "hours"]
        : [Math.ceil(seconds / 60), "minutes"];
  return `${count} ${unit}`;
}

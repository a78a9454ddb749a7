export type Dialect = "2021" | "2026";

/** The parts of an OpenAPI document that this page uses. */
export interface ApiDocument {
  readonly servers?: readonly { readonly url: string }[];
  readonly components?: {
    readonly securitySchemes?: Readonly<Record<string, { readonly type?: string; readonly scheme?: string }>>;
  };
}

export function documentAddress(dialect: Dialect): string {
  return `/-/openapi.json?dialect=${dialect}`;
}

export async function loadDocument(dialect: Dialect): Promise<ApiDocument> {
  const response = await fetch(documentAddress(dialect), { credentials: "omit" });
  if (!response.ok) throw new Error(`openapi.json: ${response.status}`);
  // as: written by this server
  return (await response.json()) as ApiDocument;
}

/** The name of the security scheme for bearer tokens. */
export function bearerSchemeOf({ components }: ApiDocument): string {
  const schemes = Object.entries(components?.securitySchemes ?? {});
  const [name] = schemes.find(([, { type, scheme }]) => type === "http" && scheme === "bearer") ?? [];
  if (name === undefined) throw new Error("it names no bearer");
  return name;
}
